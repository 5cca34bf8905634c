/** Calibration and conformal sets in plain words. */
import type { Calibration, ConformalSets } from "../../../spec/records/evaluation.js";
import { counted, decimal, percent } from "../../format.js";

/** A share of fewer images says nothing. */
const LEAST_IMAGES = 10;

export function averageSentence({ bins }: Calibration): string {
  const images = bins.reduce((sum, bin) => sum + bin.images, 0);
  const mean = (value: "confidence" | "accuracy"): number =>
    bins.reduce((sum, bin) => sum + bin.images * bin[value], 0) / images;
  return `On average over the test images the model is ${percent(mean("confidence"))} sure and right in ${percent(mean("accuracy"))} of cases.`;
}

/** About the bin that 90 % lies in; empty when hardly an image is there. */
export function nearNinetySentence({ bins }: Calibration): string {
  const bin = bins.find(({ from, to }) => from < 0.9 && to >= 0.9);
  if (bin === undefined || bin.images < LEAST_IMAGES) return "";
  return `When it says ${percent(bin.confidence)} it is right in ${percent(bin.accuracy)} of cases (${counted(bin.images, "image")} from ${Math.round(100 * bin.from)} to ${Math.round(100 * bin.to)} % sure).`;
}

export function temperatureSentence(temperature: number, before: Calibration, after: Calibration): string {
  const character =
    temperature < 1
      ? "The validation images showed that the network was too timid, as label smoothing makes them"
      : "The validation images showed that the network was too sure of itself";
  const change = `dividing its outputs by ${temperature.toFixed(2)} corrects that on them and changes no prediction`;
  const [from, to] = [before, after].map(({ ece }) => (100 * ece).toFixed(1));
  const effect =
    after.ece < before.ece
      ? `confidence and accuracy now differ by ${to} instead of ${from} percentage points`
      : `that did not bring confidence and accuracy closer: they differ by ${to} percentage points, before by ${from}`;
  const [lossFrom, lossTo] = [before, after].map(({ loss }) => decimal(loss));
  const harm =
    after.loss > before.loss && lossTo !== lossFrom
      ? `; their cross-entropy rose from ${lossFrom} to ${lossTo}, so the correction did not carry over to them`
      : "";
  return `${character}; ${change}. On the test images ${effect}${harm}.`;
}

export function setsSentence(sets: ConformalSets, images: number): string {
  const { level, calibrationImages, leastImages, quantile, coverage, meanSize, empty, several } = sets;
  const promised = `${Math.round(100 * level)} %`;
  if (quantile === undefined) {
    return `Sets that hold the true class of ${promised} of the images need at least ${counted(leastImages, "validation image")}; there are ${calibrationImages}. No set is given.`;
  }
  return (
    `With every prediction comes the set of classes that cannot be ruled out, made to hold the true class of ${promised} of the images. ` +
    `On ${counted(images, "test image")} it was in the set for ${percent(coverage)}; a set has ${meanSize.toFixed(2)} classes on average. ` +
    `${percent(several)} of the sets have several classes, and ${percent(empty)} have none because no class was probable enough: both are worth a look by a person.`
  );
}

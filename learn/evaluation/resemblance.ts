/** Whether the validation images resemble the test images, by the model's accuracy and by the pictures themselves. */

import type { RandomStream } from "../../rng/stream.js";
import type { DatasetSummary } from "../../spec/records/dataset.js";
import type { Resemblance } from "../../spec/records/resemblance.js";
import { pText } from "../../spec/text/pText.js";
import { percent } from "../../spec/warnings/words.js";
import { type EnergyTest, energyTest, type FeatureSample } from "./energyTest.js";
import { differenceInterval, type Share } from "./proportions.js";
import { witnesses } from "./witnesses.js";

/**
 * Each of the two tests; together at most one false alarm in a hundred runs (Bonferroni), half of that where the splits
 * were drawn. The alarm says that figures may be void, before anything else is said.
 */
const LEVEL = 0.005;
/** Two-sided quantile of the standard normal distribution at {@link LEVEL}. */
const Z_LEVEL = 2.8070337683438042;
/**
 * Accuracies that are less apart are not told apart, however many images there are: the validation images have decided
 * when training stopped, which alone makes them a little easier.
 */
const MARGIN = 0.02;
/** With fewer images on a side nothing is said either way. */
const LEAST_IMAGES = 10;

/** An image of one side. */
export interface SideImage {
  readonly label: number;
  readonly group: string;
}

export interface Side {
  readonly images: readonly SideImage[];
  /** Of each image whether the model gets it right. */
  readonly correct: readonly boolean[];
  /** The base's features, not the model's: neither side had a part in them. `[images, width]`. */
  readonly features: Float32Array;
}

/**
 * Each group of images has one voice in both tests: its pictures by one of them, its rights and wrongs by what they add to
 * the accuracy's variance ({@link witnesses}).
 * @param dealtOut whether thaw has dealt all images out at random: then validation and test images are alike by
 *   construction, and pictures that differ are the luck of the draw, whatever p is (Senn, "Testing for baseline balance
 *   in clinical trials", Statistics in Medicine 1994). Accuracies may differ all the same, for the validation images
 *   have had a say in training
 * @returns undefined where a side has no images
 */
export function resemblance(
  validation: Side,
  test: Side,
  width: number,
  stream: RandomStream,
  dealtOut = false,
): Resemblance | undefined {
  const [v, t] = [validation.images.length, test.images.length];
  if (v === 0 || t === 0) return undefined;
  const [low, high] = differenceInterval(shareOf(validation, LEVEL), shareOf(test, LEVEL), Z_LEVEL);
  const accuracy: Resemblance["accuracy"] = {
    validation: accuracyOf(validation),
    test: accuracyOf(test),
    validationImages: v,
    testImages: t,
    interval: differenceInterval(shareOf(validation), shareOf(test)),
    differs: low > MARGIN || high < -MARGIN,
  };
  const tested = energyTest(onePerGroup(validation, width), onePerGroup(test, width), width, stream);
  const pictures = picturesOf(tested, dealtOut);
  const few = Math.min(v, t) < LEAST_IMAGES;
  const differs = accuracy.differs || pictures?.differs === true;
  const verdict = differs ? "differs" : few ? "unknown" : "alike";
  return {
    verdict,
    sentence: sentenceOf(verdict, accuracy, pictures),
    accuracy,
    ...(pictures === undefined ? {} : { pictures }),
  };
}

/** Whether chance alone has divided validation from test images: no split came with them or from another training. */
export function dealtOut({
  faults,
  knownToBase,
  knownFromBefore,
}: Pick<DatasetSummary, "faults" | "knownToBase" | "knownFromBefore">): boolean {
  const known = knownToBase ?? knownFromBefore;
  return faults !== undefined && faults.leaks === undefined && known === undefined;
}

function shareOf({ images, correct }: Side, level?: number): Share {
  return witnesses(
    correct,
    images.map(({ group }) => group),
    level,
  );
}

const accuracyOf = ({ correct }: Side): number => correct.filter(Boolean).length / correct.length;

/** Copies and the user's groups are in one split as a whole: only groups are exchangeable, so each has one voice. */
function onePerGroup({ images, features }: Side, width: number): FeatureSample {
  const seen = new Set<string>();
  const rows = [...images.keys()].filter((row) => {
    const { group } = images[row] as SideImage;
    return seen.size < seen.add(group).size;
  });
  const own = new Float32Array(rows.length * width);
  rows.forEach((row, at) => {
    own.set(features.subarray(row * width, (row + 1) * width), at * width);
  });
  return { features: own, labels: rows.map((row) => (images[row] as SideImage).label) };
}

function picturesOf(
  { sizes, coefficient, expected, pValue }: EnergyTest,
  dealtOut: boolean,
): Resemblance["pictures"] {
  const [validationImages, testImages] = sizes;
  if (validationImages === 0) return undefined;
  const figures = { validationImages, testImages, coefficient, expected, pValue };
  return { ...figures, differs: pValue < LEVEL && !dealtOut };
}

function sentenceOf(
  verdict: Resemblance["verdict"],
  accuracy: Resemblance["accuracy"],
  pictures: Resemblance["pictures"],
): string {
  const { validation, test, validationImages, testImages, interval } = accuracy;
  const rights =
    `the model is right on ${percent(validation)} of ${images(validationImages, "validation")} ` +
    `and on ${percent(test)} of ${images(testImages, "test")}`;
  const energy = pictures === undefined ? "" : `energy test, ${pText(pictures.pValue)}`;
  if (verdict === "unknown") {
    return `Whether validation and test images are alike cannot be told: there are ${validationImages} and ${testImages}.`;
  }
  const [low, high] = interval.map((value) => (100 * value).toFixed(1).replace("-", "−"));
  if (verdict === "alike") {
    const byLuck = pictures !== undefined && pictures.pValue < LEVEL;
    const look =
      energy === ""
        ? ""
        : byLuck
          ? `; the pictures differ by the luck of the draw, for thaw has dealt them out at random (${energy})`
          : `; the pictures do not differ provably (${energy})`;
    return `No difference between validation and test images is proven: ${rights} (${low} to ${high} points apart, 95 %)${look}.`;
  }
  const apart = `a difference of ${low} to ${high} points (95 %)`;
  const look =
    pictures === undefined
      ? ""
      : pictures.differs
        ? `, and the pictures differ (${energy})`
        : `, though the pictures do not differ provably (${energy})`;
  const what = accuracy.differs
    ? `${rights}, ${apart}${look}`
    : `the pictures differ (${energy}); ${rights}, a difference that may be chance`;
  return (
    `The validation images do not resemble the test images: ${what}. ` +
    "What was chosen or promised by the validation images need not hold for pictures like the test images."
  );
}

const images = (count: number, kind: string): string =>
  `${count} ${kind} ${count === 1 ? "image" : "images"}`;

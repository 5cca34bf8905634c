/** Warnings about the figures that were measured on the held-out images. */
import type { Evaluation } from "../records/evaluation.js";
import { suspectWarnings } from "./labels.js";
import type { Warning } from "./warning.js";
import { counted, named, percent } from "./words.js";

/** Below, the interval of an accuracy of 90 % is more than 12 percentage points wide. */
const FEW_IMAGES = 100;
/** An evaluation does not know who has dealt the images out, and `data.test` is not used where they came with splits. */
const HOLD_OUT_MORE =
  "hold more out of training: by data.test, or in the splits where the images came with some";
/** As many as `evaluation.folds: auto` takes: of fewer nobody knows well how much they differ. */
const USUAL_FOLDS = 5;
/** Percentage points as a share: an interval so wide says little. */
const WIDE = 0.2;

export function evaluationWarnings(evaluation: Evaluation): readonly Warning[] {
  return [
    ...unlikeWarnings(evaluation),
    ...leakWarnings(evaluation),
    ...guessingWarnings(evaluation),
    ...untestedWarnings(evaluation),
    ...fewImagesWarnings(evaluation),
    ...suspectWarnings(evaluation.labelSuspects, "validation and test images"),
  ];
}

/** Two sentences where they are: what differs, and what follows. */
function unlikeWarnings({ resemblance, refuted }: Evaluation): readonly Warning[] {
  if (resemblance?.verdict !== "differs") return [];
  const without = [
    ...(refuted?.temperature === undefined ? [] : ["the temperature"]),
    ...(refuted?.sets === undefined ? [] : ["the sets of possible classes"]),
  ];
  return [
    {
      code: "validation-unlike-test",
      grade: "voids",
      sentence: resemblance.sentence,
      advice: `find what the two differ in, and split anew${without.length === 0 ? "" : `; the model goes without ${without.join(" and ")}`}`,
    },
  ];
}

const REPAIR = "set data.leaks to repair, which leaves the copies of held-out images out of training";

/** Takes the place of what the images alone said of leaks. */
function leakWarnings(evaluation: Evaluation): readonly Warning[] {
  const { leaked, twins, accuracy, images } = evaluation;
  // In evaluations of older versions only copies that were left where they are, are known.
  const known = twins ?? leaked;
  if (known === undefined) return [];
  const { accuracyOfOthers } = known;
  const isLeft = (twins?.stillThere ?? known.images) > 0;
  const have = `${known.images} of ${counted(images, "test image")} ${known.images === 1 ? "has" : "have"} a copy in training or validation`;
  const where = isLeft ? "" : ", which was left out";
  const without =
    accuracyOfOthers === undefined ? "there are no others" : `on the others ${percent(accuracyOfOthers)}`;
  const flatters = accuracyOfOthers === undefined || known.accuracy > accuracyOfOthers;
  return [
    {
      code: "leaks",
      grade: isLeft ? (flatters ? "voids" : "check") : "note",
      sentence: `${have}${where}: on ${known.images === 1 ? "it" : "them"} the accuracy is ${percent(known.accuracy)}, ${without}, on all ${percent(accuracy)}.`,
      advice: isLeft
        ? `${flatters && accuracyOfOthers !== undefined ? `quote ${percent(accuracyOfOthers)}; ` : ""}${REPAIR}`
        : "look whether the splits have more in common: the same patients, places or series",
    },
  ];
}

/** Against always naming the class that most test images have. */
function guessingWarnings({
  perClass,
  images,
  accuracy,
  accuracyInterval,
  crossValidation,
}: Evaluation): readonly Warning[] {
  const largest = perClass.reduce<Evaluation["perClass"][number] | undefined>(
    (most, one) => (most === undefined || one.support > most.support ? one : most),
    undefined,
  );
  if (largest === undefined || images === 0) return [];
  const guess = largest.support / images;
  const [low] = crossValidation?.accuracyInterval ?? accuracyInterval;
  if (low > guess) return [];
  return [
    {
      code: "no-better-than-largest",
      grade: "check",
      sentence: `Always naming "${largest.name}" is right for ${percent(guess)} of the test images; that the model's ${percent(crossValidation?.accuracy ?? accuracy)} is more is not proven.`,
      advice: "look at the balanced accuracy, and whether the labels can be told from the images at all",
    },
  ];
}

function untestedWarnings({ perClass }: Evaluation): readonly Warning[] {
  const untested = perClass.filter(({ support }) => support === 0).map(({ name }) => name);
  if (untested.length === 0) return [];
  return [
    {
      code: "no-test-images",
      grade: "check",
      sentence: `No test image shows ${named(untested)}: nothing is known of how well ${untested.length === 1 ? "it is" : "they are"} told.`,
      advice: `add images to the class, or ${HOLD_OUT_MORE}`,
    },
  ];
}

/** Where there are folds, every image was held out once. */
function fewImagesWarnings({
  images,
  groups,
  accuracyInterval,
  crossValidation,
}: Evaluation): readonly Warning[] {
  const [low, high] = crossValidation?.accuracyInterval ?? accuracyInterval;
  const isWide = high - low >= WIDE;
  if (!isWide && (images >= FEW_IMAGES || crossValidation !== undefined)) return [];
  const by =
    crossValidation === undefined
      ? `Only ${counted(images, "image")}${groups === undefined ? "" : ` of ${counted(groups, "group")}`} ${images === 1 ? "was" : "were"} held out`
      : `The ${crossValidation.folds.length} folds have ${counted(crossValidation.images, "image")}`;
  const or =
    crossValidation === undefined
      ? `, or ${HOLD_OUT_MORE}`
      : crossValidation.folds.length < USUAL_FOLDS
        ? `, or take more folds (evaluation.folds: ${USUAL_FOLDS})`
        : "";
  return [
    {
      code: "few-test-images",
      grade: isWide ? "check" : "note",
      sentence: `${by}: the accuracy may be anything from ${percent(low)} to ${percent(high)}.`,
      advice:
        groups === undefined
          ? `label more images (four times as many halve the interval)${or}`
          : `label images of more groups (four times as many groups halve the interval)${or}`,
    },
  ];
}

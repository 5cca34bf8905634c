/** Warnings about the figures that were measured on the held-out images. */
import type { Evaluation } from "../records/evaluation.js";
import { suspectWarnings } from "./labels.js";
import type { Warning } from "./warning.js";
import { counted, named, percent } from "./words.js";

/** Below, the interval of an accuracy of 90 % is more than 12 percentage points wide. */
const FEW_IMAGES = 100;
/** Percentage points as a share: an interval so wide says little. */
const WIDE = 0.2;

export function evaluationWarnings(evaluation: Evaluation): readonly Warning[] {
  return [
    ...leakWarnings(evaluation),
    ...guessingWarnings(evaluation),
    ...untestedWarnings(evaluation),
    ...fewImagesWarnings(evaluation),
    ...suspectWarnings(evaluation.labelSuspects, "validation and test images"),
  ];
}

/** Takes the place of what the images alone said of leaks. */
function leakWarnings({ leaked, accuracy }: Evaluation): readonly Warning[] {
  if (leaked === undefined) return [];
  const { images, accuracy: known, accuracyOfOthers } = leaked;
  const have = `${counted(images, "test image")} ${images === 1 ? "has" : "have"} copies in training or validation`;
  const advice = "set data.leaks to repair, which leaves the copies of held-out images out of training";
  if (accuracyOfOthers === undefined)
    return [
      {
        code: "leaks",
        grade: "voids",
        sentence: `All ${have}: the accuracy of ${percent(accuracy)} is that of images known from training.`,
        advice,
      },
    ];
  const flatters = known > accuracyOfOthers;
  return [
    {
      code: "leaks",
      grade: flatters ? "voids" : "check",
      sentence: `${have}: on them the accuracy is ${percent(known)}, on the others ${percent(accuracyOfOthers)}, on all ${percent(accuracy)}.`,
      advice: flatters ? `quote ${percent(accuracyOfOthers)}; ${advice}` : advice,
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
      advice: "add images to the class, or raise data.test",
    },
  ];
}

/** Where there are folds, every image was held out once. */
function fewImagesWarnings({ images, accuracyInterval, crossValidation }: Evaluation): readonly Warning[] {
  const [low, high] = crossValidation?.accuracyInterval ?? accuracyInterval;
  const isWide = high - low >= WIDE;
  if (!isWide && (images >= FEW_IMAGES || crossValidation !== undefined)) return [];
  const by =
    crossValidation === undefined
      ? `Only ${counted(images, "image")} ${images === 1 ? "was" : "were"} held out`
      : `The ${crossValidation.folds.length} folds have ${counted(crossValidation.images, "image")}`;
  return [
    {
      code: "few-test-images",
      grade: isWide ? "check" : "note",
      sentence: `${by}: the accuracy may be anything from ${percent(low)} to ${percent(high)}.`,
      advice: "label more images: four times as many halve the interval",
    },
  ];
}

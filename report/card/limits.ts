/** What the evaluation does not show, as far as it can be told from the run itself. */
import type { ReportData } from "../../spec/records/report.js";
import { leakEffect } from "../checks/leakEffect.js";
import { twinsSentence } from "../checks/twinWords.js";
import { counted, integer, percent, pointsBetween } from "../format.js";

/** Below, one test image is worth more than 5 points of a class's recall. */
const FEW = 20;
const NAMED = 5;

/** The maker's own words come first. */
export function limitSentences(data: ReportData): readonly string[] {
  const { card, evaluation, recipe } = data;
  const own = card?.limits.trim() ?? "";
  return [
    ...(own === "" ? [] : [own]),
    intervalSentence(data),
    originSentence(data),
    "No kinds of images within the classes, for example people of one age, were compared with each other.",
    ...smallClassSentences(data),
    ...twinSentences(data),
    ...suspectedCopySentences(data),
    ...knownSentences(data),
    ...shortcutSentences(data),
    ...(recipe === undefined || recipe.compatibility.verdict === "suits"
      ? []
      : [`Of the base: ${recipe.compatibility.sentence}.`]),
    ...(evaluation.labelSuspects === undefined || evaluation.labelSuspects.count === 0
      ? []
      : [
          `${counted(evaluation.labelSuspects.count, "label")} of test and validation images may be wrong, which moves the figures either way.`,
        ]),
    "Choosing between models by their test figures makes the figures too good: keep images back that no run has seen.",
  ];
}

function intervalSentence({ evaluation }: ReportData): string {
  const { accuracyInterval, images, crossValidation } = evaluation;
  const drawn = `the chance in drawing ${counted(images, "test image")}`;
  if (crossValidation === undefined) {
    return `The accuracy is known to ${widthOf(accuracyInterval)}: that is ${drawn}, not in training, which was done once.`;
  }
  const { folds, accuracyInterval: overFolds } = crossValidation;
  return (
    `The accuracy is known to ${widthOf(overFolds)}, over ${folds.length} trainings on different images. ` +
    `The registered model is one more training; its own accuracy is known to ${widthOf(accuracyInterval)}, ` +
    `from ${drawn} alone.`
  );
}

function widthOf([low, high]: readonly [number, number]): string {
  const width = pointsBetween(low, high).toFixed(1);
  return `${width} percentage points (${percent(low)} to ${percent(high)})`;
}

function smallClassSentences({ evaluation }: ReportData): string[] {
  const small = evaluation.perClass.filter(({ support }) => support < FEW).map(({ name }) => name);
  if (small.length === 0) return [];
  const more = small.length > NAMED ? ` and ${small.length - NAMED} more` : "";
  return [
    `Fewer than ${FEW} test images: ${small.slice(0, NAMED).join(", ")}${more}. Their figures are rough.`,
  ];
}

/** Where thaw drew the splits, all images are of one collection; splits of the user's own may be of several. */
function originSentence({ dataset, evaluation: { resemblance } }: ReportData): string {
  const unmeasured = "how the model does on another site, camera, population or season was not measured.";
  if (dataset.faults === undefined) return `H${unmeasured.slice(1)}`;
  if (dataset.faults.leaks === undefined) {
    return `The test images were drawn from the same collection as the training images: ${unmeasured}`;
  }
  const alike =
    resemblance?.verdict === "differs"
      ? "and are unlike the validation images"
      : resemblance?.verdict === "alike"
        ? "and no difference to the validation images is proven"
        : "and whether they are like the validation images is not known";
  return `The splits came with the images: the test images may be of another origin than the training images, ${alike}; ${unmeasured}`;
}

/** In evaluations of older versions only copies that were left where they are, are known. */
function twinSentences({ dataset, evaluation }: ReportData): string[] {
  const { leaked, twins, images } = evaluation;
  if (twins !== undefined) return [twinsSentence(twins, images)];
  if (dataset.faults?.leaks?.policy !== "report" || leaked === undefined) return [];
  const have = `${counted(leaked.images, "test image")} ${leaked.images === 1 ? "has" : "have"}`;
  return [`${have} copies among the training or validation images, ${leakEffect(leaked)}.`];
}

function suspectedCopySentences({ recipe, suspectedCopies }: ReportData): string[] {
  const { count = 0, compared = 0 } = recipe?.copies ?? {};
  if (count === 0) return [];
  const others = suspectedCopies?.accuracyOfOthers;
  return [
    `${integer(count)} of ${counted(compared, "validation and test image")} may be ${count === 1 ? "a copy" : "copies"} of images of another split, ` +
      "by the base’s features: where they are, the figures may be too good." +
      (others === undefined ? "" : ` On the other test images the accuracy is ${percent(others)}.`),
  ];
}

function knownSentences({ dataset }: ReportData): string[] {
  const { flattering = 0 } = dataset.knownToBase ?? {};
  if (flattering === 0) return [];
  return [
    `The base has learned from ${counted(flattering, "image")} of those held out: the figures are too good.`,
  ];
}

function shortcutSentences({ dataset }: ReportData): string[] {
  const found = (dataset.faults?.shortcuts ?? []).map(({ property }) => property);
  return found.length === 0
    ? []
    : [
        `The ${[...new Set(found)].join(", ")} of the files gives classes away; the model may rely on it and fail without it.`,
      ];
}

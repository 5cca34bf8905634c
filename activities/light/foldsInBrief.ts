/** What the records of runs and of models say of the folds, and of validation and test images. */
import type { Evaluation } from "../../spec/records/evaluation.js";
import type { FoldsInBrief } from "../../spec/records/folds.js";
import type { ResemblanceInBrief } from "../../spec/records/resemblance.js";

/** @returns the part of a record; empty without folds */
export function foldsInBrief({ crossValidation }: Evaluation): { readonly folds?: FoldsInBrief } {
  if (crossValidation === undefined) return {};
  const { folds, images, accuracy, accuracyInterval, head, againstHead } = crossValidation;
  return {
    folds: {
      count: folds.length,
      images,
      accuracy,
      accuracyInterval,
      headAccuracy: head.accuracy.pooled,
      pValue: againstHead.pValue,
    },
  };
}

/** @returns the part of a record; empty where nothing was compared */
export function resemblanceInBrief({ resemblance }: Evaluation): {
  readonly resemblance?: ResemblanceInBrief;
} {
  if (resemblance === undefined) return {};
  const { verdict, sentence } = resemblance;
  return { resemblance: { verdict, sentence } };
}

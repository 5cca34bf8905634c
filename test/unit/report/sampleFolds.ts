/** A report whose recipe was cross-validated, with made-up predictions. */
import { crossValidation, foldFigures } from "../../../learn/folds/crossValidation.js";
import type { ReportData } from "../../../spec/records/report.js";

const FOLDS = 5;
const PER_FOLD = 40;

/** The head is wrong on every fifth image, the final model on every tenth; two of five folds kept the stage. */
export function withFolds(data: ReportData): ReportData {
  const classes = data.evaluation.classes.length;
  const folds = Array.from({ length: FOLDS }, (_, index) => {
    const predictions = Array.from({ length: PER_FOLD }, (_unused, image) => {
      const label = image % classes;
      const wrong = (label + 1) % classes;
      return {
        path: `fold-${index}/${image}.jpg`,
        label,
        byHead: image % 5 === 0 ? wrong : label,
        predicted: image % 10 === 0 || (index === 0 && image === 1) ? wrong : label,
        probabilities: [],
      };
    });
    const summary = {
      fold: index + 1,
      folds: FOLDS,
      images: { train: 140, validation: 20, heldOut: PER_FOLD },
      head: foldFigures(predictions, "byHead", classes),
      final: foldFigures(predictions, "predicted", classes),
      stages: [{ stage: "tune-1", deepest: "blocks.6", kept: index < 2, verdict: "" }],
      seconds: 31 + index,
    };
    return { summary, predictions };
  });
  return { ...data, evaluation: { ...data.evaluation, crossValidation: crossValidation(folds, classes) } };
}

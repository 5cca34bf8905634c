/** JSON of `thaw predict`. Public API. */
import type { FilePrediction, Predictions } from "../../client/models/predict.js";

export interface PredictJson {
  readonly model: { readonly name: string; readonly version: number };
  /** In the order of the files; a file that cannot be read has an `error` and nothing else. */
  readonly predictions: readonly FilePrediction[];
}

export function predictJson({ model, predictions }: Predictions): PredictJson {
  return { model: { name: model.name, version: model.version }, predictions };
}

/** JSON of `thaw predict`. Public API. */
import type { Predictions } from "../../client/models/predict.js";
import type { predictSchema } from "../../spec/schemas/cli/models.js";
import type { Shape } from "../../spec/schemas/exact.js";

export type PredictJson = Shape<typeof predictSchema>;

export function predictJson({ model, ...rest }: Predictions): PredictJson {
  return { model: { name: model.name, version: model.version }, ...rest };
}

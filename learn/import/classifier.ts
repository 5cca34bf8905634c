/** The classifier of a pretraining, where a checkpoint has one. */
import type { Architecture } from "../bases/architecture.js";
import type { Parameter, Parameters } from "../network/parameters.js";
import type { CheckpointTensor } from "./tensorViews.js";

/**
 * Only features are transferred: a checkpoint without a classifier is as good.
 * @param name of the layer in the checkpoint
 * @returns `classifier.kernel` `[features, classes]` and `classifier.bias` `[classes]`, or nothing
 */
export function importClassifier(
  { features }: Architecture,
  name: string | undefined,
  checkpoint: ReadonlyMap<string, CheckpointTensor>,
): Parameters {
  if (name === undefined) return new Map();
  const [bias, dense] = [checkpoint.get(`${name}.bias`), checkpoint.get(`${name}.weight`)];
  if (bias === undefined || dense === undefined) return new Map();
  const classes = bias.data.length;
  if (dense.data.length !== classes * features) return new Map();
  const kernel = new Float32Array(dense.data.length);
  for (let c = 0; c < classes; c++) {
    for (let f = 0; f < features; f++) {
      kernel[f * classes + c] = dense.data[c * features + f] ?? Number.NaN;
    }
  }
  return new Map<string, Parameter>([
    ["classifier.kernel", { shape: [features, classes], data: kernel }],
    ["classifier.bias", { shape: [classes], data: bias.data }],
  ]);
}

/** The classifier of a pretraining, where a checkpoint has one. */
import type { Architecture } from "../bases/architecture.js";
import type { Parameter, Parameters } from "../network/parameters.js";
import type { CheckpointTensor } from "./tensorViews.js";
import { transposeMatrix } from "./torchUnits.js";

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
  return new Map<string, Parameter>([
    ["classifier.kernel", transposeMatrix(dense, features, classes)],
    ["classifier.bias", { shape: [classes], data: bias.data }],
  ]);
}

/** A trained model as arrays on the host: what every format is written from. */
import type { Architecture } from "../learn/bases/architecture.js";
import { type BaseInput, findBase } from "../learn/bases/catalogue.js";
import { HEAD_BIAS } from "../learn/head.js";
import { overlay, type Parameters, parameter } from "../learn/parameters.js";
import { readSafetensors } from "../learn/safetensors.js";
import { ThawError } from "../spec/errors.js";

export interface TrainedModel {
  readonly architecture: Architecture;
  /** The base's, those that training changed laid over them, and the head's. */
  readonly parameters: Parameters;
  readonly input: BaseInput;
  /** In the order of the head's outputs. */
  readonly classes: readonly string[];
}

/**
 * @param base its name, and the path of the checkpoint file that it is published as
 * @param weights path of the safetensors file of a head or of a stage of unfreezing
 * @throws ThawError BASE_UNKNOWN, DATA_INVALID, ARTIFACT_CORRUPT
 */
export async function loadTrainedModel(
  base: { readonly name: string; readonly checkpoint: string },
  weights: string,
  classes: readonly string[],
): Promise<TrainedModel> {
  const { architecture, input, load } = findBase(base.name);
  const parameters = overlay(await load(base.checkpoint), await readSafetensors(weights));
  const outputs = parameter(parameters, HEAD_BIAS).data.length;
  if (outputs !== classes.length) {
    throw new ThawError(
      "ARTIFACT_CORRUPT",
      `the model has ${classes.length} classes, its weights have ${outputs}`,
    );
  }
  return { architecture, parameters, input, classes };
}

/** A trained model as arrays on the host: what every format is written from. */
import type { Architecture } from "../learn/bases/architecture.js";
import type { BaseInput } from "../learn/bases/catalogue.js";
import { chosenBase } from "../learn/bases/chosen.js";
import { HEAD_BIAS, HEAD_KERNEL } from "../learn/network/head.js";
import { overlay, type Parameter, type Parameters, parameter } from "../learn/network/parameters.js";
import { readSafetensors } from "../learn/safetensors.js";
import type { BaseChoice } from "../spec/base.js";
import { ThawError } from "../spec/errors.js";
import type { ModelVersion } from "../spec/records/model.js";

export interface TrainedModel {
  readonly architecture: Architecture;
  /** The base's, those that training changed laid over them, and the head's. */
  readonly parameters: Parameters;
  readonly input: BaseInput;
  /** In the order of the head's outputs. */
  readonly classes: readonly string[];
}

/**
 * @param weights path of the safetensors file of a head or of a stage of unfreezing
 * @param version its classes; with a temperature, the head is scaled so that the probabilities are calibrated
 * @throws ThawError BASE_UNKNOWN, USAGE (a base of no architecture of ours), DATA_INVALID, ARTIFACT_CORRUPT
 */
export async function loadTrainedModel(
  base: BaseChoice,
  weights: string,
  { classes, temperature = 1 }: Pick<ModelVersion, "classes" | "temperature">,
): Promise<TrainedModel> {
  const { name, architecture, input, load, extractor } = chosenBase(base);
  if (extractor !== undefined) {
    throw new ThawError("USAGE", `the model's base ${name} is a layers model, which thaw cannot export`, {
      hint: "`thaw predict` runs the model; exports are written of bases of thaw's own architectures",
    });
  }
  const raw = overlay(await load(base.checkpoint), await readSafetensors(weights));
  const parameters = atTemperature(raw, temperature);
  const outputs = parameter(parameters, HEAD_BIAS).data.length;
  if (outputs !== classes.length) {
    throw new ThawError(
      "ARTIFACT_CORRUPT",
      `the model has ${classes.length} classes, its weights have ${outputs}`,
    );
  }
  return { architecture, parameters, input, classes };
}

/** `(x · kernel + bias) / temperature = x · (kernel / temperature) + bias / temperature`. */
function atTemperature(parameters: Parameters, temperature: number): Parameters {
  const scaled = (name: string): [string, Parameter] => {
    const { shape, data } = parameter(parameters, name);
    return [name, { shape, data: data.map((value) => value / temperature) }];
  };
  return overlay(parameters, new Map([HEAD_KERNEL, HEAD_BIAS].map(scaled)));
}

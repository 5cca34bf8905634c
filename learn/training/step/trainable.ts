/** The parameters under training: one flat vector, and which stretch of it is which parameter. */
import { type Parameter, type Parameters, parameter, sizeOf } from "../../network/parameters.js";
import type { Segment } from "../optimizer/adamw.js";

/** One parameter within the flat vector. */
export interface TrainableParameter extends Segment {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface TrainableVector {
  readonly layout: readonly TrainableParameter[];
  readonly values: Float32Array;
}

/** Learning rate and decay of a parameter, by its name. */
export type RateOf = (name: string) => Pick<Segment, "learningRate" | "weightDecay" | "anchor">;

/** Copies the named parameters into one vector. */
export function gatherTrainable(
  parameters: Parameters,
  names: readonly string[],
  rateOf: RateOf,
): TrainableVector {
  const layout: TrainableParameter[] = [];
  let offset = 0;
  for (const name of names) {
    const { shape } = parameter(parameters, name);
    const length = sizeOf(shape);
    layout.push({ name, shape, offset, length, ...rateOf(name) });
    offset += length;
  }
  const values = new Float32Array(offset);
  for (const entry of layout) values.set(parameter(parameters, entry.name).data, entry.offset);
  return { layout, values };
}

/** The vector's parameters by name; the data are copies. */
export function scatterTrainable(vector: TrainableVector, values: Float32Array = vector.values): Parameters {
  return new Map<string, Parameter>(
    vector.layout.map(({ name, shape, offset, length }) => [
      name,
      { shape, data: values.slice(offset, offset + length) },
    ]),
  );
}

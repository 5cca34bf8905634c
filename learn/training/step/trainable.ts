/** The parameters under training: one flat vector, and which stretch of it is which parameter. */
import { scoped, type Tensor, tf } from "../../engine.js";
import { type Parameter, type Parameters, parameter, sizeOf } from "../../network/parameters.js";
import type { Segment } from "../optimizer/adamw.js";

/** One parameter within the flat vector. */
export interface TrainableParameter extends Segment {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What training changes: the weights, AdamW's two moments, and the average of the weights where one is kept. */
export const VECTORS = ["weights", "first", "second", "average"] as const;
export type VectorName = (typeof VECTORS)[number];

/** Vectors of one layout. They are kept where steps change them, by TensorFlow; the host has copies. */
export interface TrainableVector {
  readonly layout: readonly TrainableParameter[];
  readonly length: number;
  /** A copy of a vector that was written before. */
  read(which: VectorName): Float32Array;
  /** Copies the values. @param values as long as the vector */
  write(which: VectorName, values: Float32Array): void;
}

/** Tensors of the vectors, in the order of the layout or by the parameters' names. */
export interface KeptVectors {
  read(which: VectorName): readonly Tensor[];
  write(which: VectorName, values: ReadonlyMap<string, Tensor>): void;
}

/** Learning rate and decay of a parameter, by its name. */
export type RateOf = (name: string) => Pick<Segment, "learningRate" | "weightDecay" | "anchor">;

/** The named parameters, one after the other. */
export function layoutOf(
  parameters: Parameters,
  names: readonly string[],
  rateOf: RateOf,
): readonly TrainableParameter[] {
  const layout: TrainableParameter[] = [];
  let offset = 0;
  for (const name of names) {
    const { shape } = parameter(parameters, name);
    const length = sizeOf(shape);
    layout.push({ name, shape, offset, length, ...rateOf(name) });
    offset += length;
  }
  return layout;
}

/** Weights in the order of the layout. */
export function gatherTrainable(parameters: Parameters, layout: readonly TrainableParameter[]): Float32Array {
  const values = new Float32Array(lengthOf(layout));
  for (const entry of layout) values.set(parameter(parameters, entry.name).data, entry.offset);
  return values;
}

/** The vector's parameters by name; the data are views of `values`. */
export function scatterTrainable(layout: readonly TrainableParameter[], values: Float32Array): Parameters {
  return new Map<string, Parameter>(
    layout.map(({ name, shape, offset, length }) => [
      name,
      { shape, data: values.subarray(offset, offset + length) },
    ]),
  );
}

function lengthOf(layout: readonly TrainableParameter[]): number {
  return layout.reduce((sum, { length }) => sum + length, 0);
}

/** @param program that keeps the vectors */
export function vectorOf(program: KeptVectors, layout: readonly TrainableParameter[]): TrainableVector {
  const length = lengthOf(layout);
  return {
    layout,
    length,
    read: (which) =>
      scoped(() => {
        const values = new Float32Array(length);
        program.read(which).forEach((tensor, i) => {
          values.set(tensor.dataSync(), layout[i]?.offset);
        });
        return values;
      }),
    write: (which, values) => {
      if (values.length !== length)
        throw new Error(`${which} has ${values.length} values instead of ${length}`);
      scoped(() => {
        const tensors = layout.map(({ name, shape, offset, length: own }): [string, Tensor] => [
          name,
          tf.tensor(values.subarray(offset, offset + own), [...shape]),
        ]);
        program.write(which, new Map(tensors));
      });
    },
  };
}

/** Moments as AdamW begins with them. */
export function startMoments(vector: TrainableVector): void {
  const nothing = new Float32Array(vector.length);
  vector.write("first", nothing);
  vector.write("second", nothing);
}

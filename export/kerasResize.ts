/**
 * Images made larger or smaller, as layers of Keras: `UpSampling2D` means other places for pixels in every version, so rows and
 * columns are multiplied by the matrix itself, a dense layer on the last axis.
 */
import type { Parameter } from "../learn/network/parameters.js";
import { resizeMatrix } from "../learn/network/resizing.js";
import { INITIALIZER, type KerasLayer, kerasLayer } from "./keras.js";
import type { Layer } from "./layers.js";

type Resize = Extract<Layer, { kind: "resize" }>;

/** Channels, columns, rows in that order, each of the two last being multiplied when it is the last. */
export function kerasResize({ name, input, resizing: { to } }: Resize): readonly KerasLayer[] {
  const part = (of: string): string => `${name}.${of}`;
  const turn = (as: string, from: string, dims: readonly number[]): KerasLayer =>
    kerasLayer("Permute", as, [from], { dims });
  const along = (as: string, from: string): KerasLayer =>
    kerasLayer("Dense", as, [from], {
      units: to,
      activation: "linear",
      use_bias: false,
      kernel_initializer: INITIALIZER,
    });
  return [
    turn(part("first"), input, [3, 1, 2]),
    along(part("columns"), part("first")),
    turn(part("turned"), part("columns"), [1, 3, 2]),
    along(part("rows"), part("turned")),
    turn(name, part("rows"), [3, 2, 1]),
  ];
}

export function kerasResizeWeights({ name, resizing }: Resize): readonly (readonly [string, Parameter])[] {
  const { from, to } = resizing;
  const matrix = resizeMatrix(resizing);
  const data = new Float32Array(matrix.length);
  for (let row = 0; row < to; row++)
    for (let column = 0; column < from; column++)
      data[column * to + row] = matrix[row * from + column] ?? Number.NaN;
  const kernel = { shape: [from, to], data };
  return [
    [`${name}.columns/kernel`, kernel],
    [`${name}.rows/kernel`, kernel],
  ];
}

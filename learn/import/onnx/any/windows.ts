/** Windows of convolutions and poolings: what of ONNX' many ways to write them is one of thaw's. */

import { windowsAlong } from "../../../bases/extent.js";
import type { Padding } from "../../../network/ops.js";
import type { OnnxNode } from "../node.js";

/** Pixels before and after, of rows and of columns. */
export interface Pads {
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
}

export const NO_PADS: Pads = { rows: [0, 0], columns: [0, 0] };

/** How TensorFlow pads: as many windows as strides begin, an odd pixel last. */
export function samePads(side: number, kernel: number, stride: number): readonly [number, number] {
  const total = Math.max(0, (Math.ceil(side / stride) - 1) * stride + kernel - side);
  const before = Math.floor(total / 2);
  return [before, total - before];
}

/**
 * What a node says of it; `kernel` are the pixels that a window spans.
 * @param around zeros that were added to an image of that side before, which count where the padding hangs on the extents
 * @returns undefined for what is no padding
 */
export function padsOf(
  { integers, texts }: OnnxNode,
  kernel: readonly [number, number],
  stride: number,
  { side, around }: { readonly side: number; readonly around: Pads },
): Pads | undefined {
  const automatic = texts.get("auto_pad") ?? "NOTSET";
  if (automatic === "SAME_UPPER" || automatic === "SAME_LOWER") {
    const turn = ([before, after]: readonly [number, number]): readonly [number, number] =>
      automatic === "SAME_UPPER" ? [before, after] : [after, before];
    const [rows, columns] = [around.rows, around.columns].map(([before, after], axis) =>
      turn(samePads(before + side + after, kernel[axis] ?? 0, stride)),
    );
    return rows === undefined || columns === undefined ? undefined : { rows, columns };
  }
  if (automatic === "VALID") return NO_PADS;
  const [top = 0, left = 0, bottom = 0, right = 0] = integers.get("pads") ?? [];
  const pads = [top, left, bottom, right];
  if (automatic !== "NOTSET" || !pads.every((pad) => Number.isInteger(pad) && pad >= 0)) return undefined;
  return { rows: [top, bottom], columns: [left, right] };
}

export const addPads = (a: Pads, b: Pads): Pads => ({
  rows: [a.rows[0] + b.rows[0], a.rows[1] + b.rows[1]],
  columns: [a.columns[0] + b.columns[0], a.columns[1] + b.columns[1]],
});

/** As one of thaw's, over an image of that side. @returns undefined where it is none */
export function paddingOf(
  { rows, columns }: Pads,
  kernel: readonly [number, number],
  stride: number,
  side: number,
): Padding | undefined {
  const [top, bottom] = rows;
  const isSquare = kernel[0] === kernel[1];
  if (isSquare && [bottom, ...columns].every((pad) => pad === top)) return top;
  return isSamePads({ rows, columns }, kernel, stride, side) ? "same" : undefined;
}

/** Whether TensorFlow pads so. */
export function isSamePads(
  { rows, columns }: Pads,
  kernel: readonly [number, number],
  stride: number,
  side: number,
): boolean {
  return [rows, columns].every(([before, after], axis) => {
    const [first, last] = samePads(side, kernel[axis] ?? 0, stride);
    return before === first && after === last;
  });
}

/** Side of what comes out of windows with that padding, or undefined where there is not one that is square. */
export function sideAfter(
  { rows, columns }: Pads,
  kernel: readonly [number, number],
  stride: number,
  side: number,
): number | undefined {
  const [down, across] = [rows, columns].map(
    ([before, after], axis) => Math.floor((side + before + after - (kernel[axis] ?? 0)) / stride) + 1,
  );
  return down !== undefined && down >= 1 && down === across ? down : undefined;
}

/**
 * Pads of windows of which the last may begin with what is left (`ceil_mode`): TensorFlow's padding, where it is that;
 * undefined where it is neither.
 */
export function roundedUp(pads: Pads, kernel: number, stride: number, side: number): Padding | undefined {
  const [top] = pads.rows;
  if (![...pads.rows, ...pads.columns].every((pad) => pad === top)) return undefined;
  const down = (side + 2 * top - kernel) / stride;
  if (down < 0) return undefined;
  if (Number.isInteger(down)) return top;
  // A window that would begin in what is added behind is none.
  const begins = Math.ceil(down) * stride;
  if (begins >= side + top) return top;
  const [before] = samePads(side, kernel, stride);
  const isSame =
    before === top && windowsAlong(side, { kernel, stride, padding: "same" }) === Math.ceil(down) + 1;
  return isSame ? "same" : undefined;
}

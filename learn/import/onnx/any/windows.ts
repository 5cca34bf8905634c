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
    const sides = [around.rows, around.columns].map(([before, after]) => before + side + after);
    if (sides.some((extent, axis) => isBelowNought(extent, kernel[axis] ?? 0, stride))) return undefined;
    const [rows, columns] = sides.map((extent, axis) => turn(samePads(extent, kernel[axis] ?? 0, stride)));
    return rows === undefined || columns === undefined ? undefined : { rows, columns };
  }
  if (automatic === "VALID") return NO_PADS;
  const [top = 0, left = 0, bottom = 0, right = 0] = integers.get("pads") ?? [];
  const pads = [top, left, bottom, right];
  if (automatic !== "NOTSET" || !pads.every((pad) => Number.isInteger(pad) && pad >= 0)) return undefined;
  return { rows: [top, bottom], columns: [left, right] };
}

/**
 * Where strides pass over pixels between windows, onnxruntime takes off at both ends what TensorFlow leaves there: a single
 * one is at the end in both.
 */
const isBelowNought = (side: number, kernel: number, stride: number): boolean =>
  (Math.ceil(side / stride) - 1) * stride + kernel - side < -1;

export const addPads = (a: Pads, b: Pads): Pads => ({
  rows: [a.rows[0] + b.rows[0], a.rows[1] + b.rows[1]],
  columns: [a.columns[0] + b.columns[0], a.columns[1] + b.columns[1]],
});

/**
 * As one of thaw's, over an image of that side. What is added behind may be more or less, as long as the windows are the same
 * ones. @returns undefined where it is none
 */
export function paddingOf(
  { rows, columns }: Pads,
  kernel: readonly [number, number],
  stride: number,
  side: number,
): Padding | undefined {
  const [top] = rows;
  const isAlike =
    kernel[0] === kernel[1] &&
    columns[0] === top &&
    [rows, columns].every(
      (pads) => windowsOf([top, top], kernel[0], stride, side) === windowsOf(pads, kernel[0], stride, side),
    );
  if (isAlike) return top;
  return isSamePads({ rows, columns }, kernel, stride, side) ? "same" : undefined;
}

/** Whether TensorFlow pads so. */
export function isSamePads(
  { rows, columns }: Pads,
  kernel: readonly [number, number],
  stride: number,
  side: number,
): boolean {
  return [rows, columns].every((pads, axis) => {
    const along = kernel[axis] ?? 0;
    const same = samePads(side, along, stride);
    return (
      pads[0] === same[0] && windowsOf(pads, along, stride, side) === windowsOf(same, along, stride, side)
    );
  });
}

const windowsOf = (
  [before, after]: readonly [number, number],
  kernel: number,
  stride: number,
  side: number,
): number => Math.floor((side + before + after - kernel) / stride) + 1;

/** Side of what comes out of windows with that padding, or undefined where there is not one that is square. */
export function sideAfter(
  { rows, columns }: Pads,
  kernel: readonly [number, number],
  stride: number,
  side: number,
): number | undefined {
  const [down, across] = [rows, columns].map((pads, axis) =>
    windowsOf(pads, kernel[axis] ?? 0, stride, side),
  );
  return down !== undefined && down >= 1 && down === across ? down : undefined;
}

/**
 * The padding of windows of which the last may begin with what is left (`ceil_mode`): TensorFlow's, where it is that;
 * undefined where it is neither.
 * @param own pads, in which no window begins behind the image
 * @param around zeros that were added to the image before, in which one does
 */
export function roundedUp(
  own: Pads,
  {
    kernel,
    stride,
    side,
    around,
  }: { readonly kernel: number; readonly stride: number; readonly side: number; readonly around: Pads },
): Padding | undefined {
  const pads = addPads(around, own);
  const [top] = pads.rows;
  if (![...pads.rows, ...pads.columns].every((pad) => pad === top)) return undefined;
  const rest = side + 2 * top - kernel;
  if (rest < 0) return undefined;
  const windows = [own.rows, own.columns].map(([, after]) => {
    const all = Math.ceil(rest / stride) + 1;
    return (all - 1) * stride >= side + 2 * top - after ? all - 1 : all;
  });
  const [down, across] = windows;
  if (down === undefined || down !== across) return undefined;
  if (down === Math.floor(rest / stride) + 1) return top;
  const [before] = samePads(side, kernel, stride);
  return before === top && windowsAlong(side, { kernel, stride, padding: "same" }) === down
    ? "same"
    : undefined;
}

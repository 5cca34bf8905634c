/**
 * Resizing of square images as ONNX' operator `Resize` does it: what comes out along an axis is a product with a matrix, the
 * same for rows and columns.
 */

export interface Resizing {
  /** Sides of what comes in and out, in pixels. */
  readonly from: number;
  readonly to: number;
  readonly mode: "nearest" | "linear";
  /** Where the middle of a pixel of what comes out lies in what comes in: `coordinate_transformation_mode`. */
  readonly coordinates: Coordinates;
  /** How a place becomes the nearest pixel: `nearest_mode`; of "nearest" alone. */
  readonly rounding?: Rounding;
}

export const COORDINATES = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"] as const;
export type Coordinates = (typeof COORDINATES)[number];
export const ROUNDINGS = ["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"] as const;
export type Rounding = (typeof ROUNDINGS)[number];

/** Half a pixel is told from less, whatever the division has lost. */
const EXACT = 1e-9;

/** Where the middle of a pixel of what comes out lies, in pixels of what comes in. */
export function resizedPlace(pixel: number, { from, to, coordinates }: Resizing): number {
  const scale = to / from;
  switch (coordinates) {
    case "half_pixel":
      return (pixel + 0.5) / scale - 0.5;
    case "pytorch_half_pixel":
      return to > 1 ? (pixel + 0.5) / scale - 0.5 : 0;
    case "align_corners":
      return to > 1 ? (pixel * (from - 1)) / (to - 1) : 0;
    case "asymmetric":
      return pixel / scale;
  }
}

function rounded(place: number, rounding: Rounding): number {
  switch (rounding) {
    case "floor":
      return Math.floor(place + EXACT);
    case "ceil":
      return Math.ceil(place - EXACT);
    case "round_prefer_floor":
      return Math.ceil(place - 0.5 - EXACT);
    case "round_prefer_ceil":
      return Math.floor(place + 0.5 + EXACT);
  }
}

/** @returns `[to, from]`: how much of each pixel that comes in is in each that comes out */
export function resizeMatrix(resizing: Resizing): Float32Array {
  const { from, to, mode, rounding = "round_prefer_floor" } = resizing;
  const matrix = new Float32Array(to * from);
  const within = (pixel: number): number => Math.min(Math.max(pixel, 0), from - 1);
  for (let pixel = 0; pixel < to; pixel++) {
    const place = resizedPlace(pixel, resizing);
    if (mode === "nearest") {
      matrix[pixel * from + within(rounded(place, rounding))] = 1;
      continue;
    }
    const inside = within(place);
    const below = Math.floor(inside);
    const share = inside - below;
    matrix[pixel * from + below] = 1 - share;
    if (share > 0) matrix[pixel * from + below + 1] = share;
  }
  return matrix;
}

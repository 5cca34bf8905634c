/** Where a view looks: the square of an image that becomes the network's input. */

/** Smallest share of the short side that a view may show; less is no longer a picture of the thing. */
const SMALLEST = 0.1;

/** What of a view decides its window; see `ViewParameters`. */
export interface WindowParameters {
  readonly crop: number;
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
  readonly angle: number;
}

/** A square, turned by `angle` (radians, clockwise) about its centre; lengths in pixels. */
export interface Window {
  readonly side: number;
  readonly centreX: number;
  readonly centreY: number;
  readonly angle: number;
}

/**
 * The range of window sides, as shares of the short side. Without `crop` it is what the plain view shows; `crop`
 * widens it both ways, so that things look about as large in training as they do in evaluation (Touvron et al.,
 * "Fixing the train-test resolution discrepancy", 2019): from 1 − crop up to the whole short side.
 */
export function windowRange(
  cropFraction: number,
  crop: number,
): { readonly from: number; readonly to: number } {
  return {
    from: Math.max(SMALLEST, Math.min(1 - crop, cropFraction)),
    to: Math.min(1, cropFraction + crop),
  };
}

/**
 * The window of a view. It lies inside the image with all its corners: a turned window shrinks until it fits, by
 * 1 % at 10° and the default settings, by 19 % at 45°. So no view has invented pixels: black corners, stretched
 * edges or reflections would be seen in training only, and mirrored halves of an organ or a digit are wrong labels.
 */
export function viewWindow(
  width: number,
  height: number,
  cropFraction: number,
  { crop, zoom, x, y, angle }: WindowParameters,
): Window {
  const short = Math.min(width, height);
  const radians = (angle * Math.PI) / 180;
  /** Side of the upright square around a turned square of side 1. */
  const spread = Math.abs(Math.cos(radians)) + Math.abs(Math.sin(radians));
  const { from, to } = windowRange(cropFraction, crop);
  const side = Math.min((from + (to - from) * zoom) * short, short / spread);
  /** Half of the way that the centre may go: inside the image, and with no more than `crop` of the side lost. */
  const reach = (length: number): number => Math.max(0, Math.min(length - side * spread, crop * length)) / 2;
  return {
    side,
    centreX: width / 2 + x * reach(width),
    centreY: height / 2 + y * reach(height),
    angle: radians,
  };
}

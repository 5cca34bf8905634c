/** How far images lie from the nearest held-out image: shown to people, and no measure of accuracy. */
import { median } from "./properties.js";
import type { SeenImage } from "./sample.js";

/**
 * Euclidean distances of features to the nearest held-out image, in the median of what held-out images have to the
 * nearest other one. (As a predictor of accuracy distances of features fail: Guillory et al., ICCV 2021.)
 * @returns for each new image; 1 is as near as held-out images are among themselves
 */
export function nearestDistances(
  heldOut: readonly SeenImage[],
  fresh: readonly SeenImage[],
): readonly number[] {
  const nearest = (image: SeenImage): number => {
    let least = Number.POSITIVE_INFINITY;
    for (const other of heldOut) {
      if (other !== image) least = Math.min(least, squared(image.features, other.features));
    }
    return Math.sqrt(least);
  };
  const usual = median(heldOut.map(nearest));
  return fresh.map((image) => (usual === 0 ? 0 : nearest(image) / usual));
}

function squared(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return sum;
}

/** Passes through a base in batches of one size, so that a picture's numbers do not depend on what else is computed. */
import type { Base } from "../bases/catalogue.js";
import { FROZEN_BATCH } from "../bases/cost.js";
import type { BoundaryPass } from "../network/boundaries.js";
import { pixelTensor } from "../training/step/pixels.js";

/**
 * Always a whole batch, the last one filled up with black pictures: a batch of one image is rounded otherwise by oneDNN
 * (by 1e-6), while in batches of 2 to 32, at any place, a picture's numbers are the same bits. So a row does not depend on
 * what else is computed.
 * @param pixels of at most {@link FROZEN_BATCH} views
 */
export function wholeBatch(
  pass: BoundaryPass,
  { input }: Base,
  pixels: Uint8Array,
): ReturnType<BoundaryPass["run"]> {
  const x = pixelTensor(
    filled(pixels, FROZEN_BATCH * input.size ** 2 * 3),
    [FROZEN_BATCH, input.size, input.size, 3],
    input.pixelScale,
  );
  const result = pass.run(x);
  x.dispose();
  return result;
}

function filled(pixels: Uint8Array, length: number): Uint8Array {
  if (pixels.length === length) return pixels;
  const whole = new Uint8Array(length);
  whole.set(pixels);
  return whole;
}

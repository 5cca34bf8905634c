/** An image as 8 × 8 mean colours: about the least that can be said of it. */
import { sharp } from "./sharp.js";

const SIDE = 8;
/** Values of {@link meanColours}. */
export const THUMBNAIL_VALUES = SIDE * SIDE * 3;

/** @param encoded a canonical image @returns `[8, 8, 3]`, red, green and blue in [0, 1] */
export async function meanColours(encoded: Buffer): Promise<Float32Array> {
  const pixels = await sharp(encoded)
    .removeAlpha()
    .toColourspace("srgb")
    .resize(SIDE, SIDE, { fit: "fill" })
    .raw()
    .toBuffer();
  return Float32Array.from(pixels, (value) => value / 255);
}

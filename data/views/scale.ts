/** Scales a canonical image to a given short side. */
import { canonicalSize } from "../image/decode.js";
import { type Pixels, sharp } from "../image/sharp.js";
import { enlarge, type Kernel } from "./enlarge.js";

/**
 * Shrinks smoothly (libvips, in its own thread) or enlarges (exactly, here).
 * @param encoded a canonical image, see `decode.ts`
 * @param shortSide of the result, in pixels
 */
export async function scaleImage(encoded: Buffer, shortSide: number, kernel: Kernel): Promise<Pixels> {
  const source = canonicalSize(encoded);
  const scale = shortSide / Math.min(source.width, source.height);
  const width = Math.round(source.width * scale);
  const height = Math.round(source.height * scale);
  if (scale > 1) {
    return enlarge({ data: await sharp(encoded).raw().toBuffer(), ...source }, width, height, kernel);
  }
  const data = await sharp(encoded).resize(width, height, { fit: "fill", kernel }).raw().toBuffer();
  return { data, width, height };
}

/** Scales a canonical image to a given short side. */
import { canonicalSize } from "../image/decode.js";
import { type Pixels, sharp } from "../image/sharp.js";
import { enlarge, type Kernel, type Part } from "./enlarge.js";

/**
 * Shrinks smoothly (libvips, in its own thread) or enlarges (exactly, here).
 * @param encoded a canonical image, see `decode.ts`
 * @param shortSide of the result, in pixels
 * @param middle side of the square in the middle that is wanted; the whole picture when left out
 */
export async function scaleImage(
  encoded: Buffer,
  shortSide: number,
  kernel: Kernel,
  middle?: number,
): Promise<Pixels> {
  const source = canonicalSize(encoded);
  const scale = shortSide / Math.min(source.width, source.height);
  const width = Math.round(source.width * scale);
  const height = Math.round(source.height * scale);
  const part = middle === undefined ? { left: 0, top: 0, width, height } : middleOf(width, height, middle);
  if (scale > 1) {
    return enlarge({ data: await decodedOnce(encoded), ...source }, width, height, kernel, part);
  }
  const data = await sharp(encoded)
    .resize(width, height, { fit: "fill", kernel })
    .extract(part)
    .raw()
    .toBuffer();
  return { data, width: part.width, height: part.height };
}

function middleOf(width: number, height: number, side: number): Part {
  return {
    left: Math.round((width - side) / 2),
    top: Math.round((height - side) / 2),
    width: side,
    height: side,
  };
}

/** The pixels of images below the input's size that somebody still holds: the plain view and the others are enlarged from the same. */
const decoded = new WeakMap<Buffer, Promise<Buffer>>();

function decodedOnce(encoded: Buffer): Promise<Buffer> {
  const known = decoded.get(encoded);
  if (known !== undefined) return known;
  const pixels = sharp(encoded).raw().toBuffer();
  decoded.set(encoded, pixels);
  return pixels;
}

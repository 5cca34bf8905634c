/** How much memory a decoder holds for an image, told from its header, and a budget for all that decode at a time. */
import type { Metadata } from "sharp";
import { createBudget } from "./budget.js";

/**
 * Bytes for all images that are decoded at a time in this process, and so the most for a single one: an interlaced
 * RGB picture of the most pixels fits, and an AVIF of a camera of 24 megapixels.
 */
export const HELD_BYTES = 480 * 2 ** 20;

/** Images at the limit are decoded one at a time, small ones beside each other. */
export const decoding = createBudget(HELD_BYTES);

/** What is held besides whole pictures: strips, tables, the scaled picture. Measured: 20 to 30 MB at 25 megapixels. */
const OTHER_BYTES_A_PIXEL = 1.2;
/** Beside these, measured with libheif and libaom at 25 megapixels: 16 in all for 4:2:0, 19 for 4:4:4, of 8 bits. */
const AVIF_BYTES_A_PIXEL = 18.8;
/** Colours and transparency of the picture and of the one before, or of the decoder's own copy. Measured: 5. */
const WHOLE_BYTES_A_PIXEL = 6;

export type HeldHeader = Pick<
  Metadata,
  | "width"
  | "height"
  | "format"
  | "depth"
  | "channels"
  | "isProgressive"
  | "chromaSubsampling"
  | "bitsPerSample"
>;

/**
 * An upper estimate of what decoding takes besides the file's own bytes. Most JPEG, PNG and TIFF pictures are read row by
 * row; what is interlaced or progressive, and what its format keeps as a whole, is held at once.
 */
export function heldBytes(header: HeldHeader): number {
  return header.width * header.height * (OTHER_BYTES_A_PIXEL + wholeBytesAPixel(header));
}

/** Why the image is left out before it is decoded; undefined where it fits. */
export function whyTooMuch(header: HeldHeader): string | undefined {
  const held = heldBytes(header);
  if (held <= HELD_BYTES) return undefined;
  const [what, remedy] = kindOf(header);
  return (
    `${header.width} × ${header.height} pixels ${what} take about ${Math.round(held / 1e6)} MB to decode, ` +
    `and the limit is ${Math.floor(HELD_BYTES / 1e6)} MB; scale it down${remedy}`
  );
}

function kindOf({ format, depth, isProgressive }: HeldHeader): readonly [what: string, remedy: string] {
  if (isProgressive && format === "jpeg") return ["as a progressive JPEG", ", or save it as a usual JPEG"];
  if (isProgressive) return ["that are interlaced", ", or save it without interlacing"];
  if (format === "heif") return ["as AVIF", ", or save it as JPEG"];
  if (depth === "uchar") return [`as ${format.toUpperCase()}`, ", or save it as JPEG"];
  return [`of ${8 * (SAMPLE_BYTES[depth] ?? 8)} bits a sample`, ", or save it with 8 bits a sample"];
}

function wholeBytesAPixel({
  format,
  depth,
  channels,
  isProgressive,
  chromaSubsampling,
  bitsPerSample = 8,
}: HeldHeader): number {
  const samples = channels * (SAMPLE_BYTES[depth] ?? 8);
  switch (format) {
    case "jpeg":
      // Coefficients of two bytes; of 4:2:0 the two colours have a quarter of them each.
      if (!isProgressive) return 0;
      return chromaSubsampling === "4:2:0" ? 3 : 2 * channels;
    case "png":
    case "tiff":
      // Levels are made of all floating-point samples, and the brightest sample of 16 bits is looked for in all.
      if (depth === "float") return 2 * samples + channels;
      return isProgressive || depth !== "uchar" ? samples : 0;
    case "heif":
      return AVIF_BYTES_A_PIXEL * (bitsPerSample > 8 ? 2 : 1);
    default:
      return WHOLE_BYTES_A_PIXEL;
  }
}

/** Bytes of a sample as the decoder gives it. */
const SAMPLE_BYTES: Readonly<Record<string, number>> = {
  uchar: 1,
  char: 1,
  ushort: 2,
  short: 2,
  uint: 4,
  int: 4,
  float: 4,
  double: 8,
  complex: 8,
  dpcomplex: 16,
};

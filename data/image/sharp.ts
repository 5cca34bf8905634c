/** The image library, set up once for every module of `data/`. */
import sharp, { type Sharp } from "sharp";

// Many small images at once: one thread an image, several images in parallel, beats the reverse (no hand-over).
sharp.concurrency(1);
// No operation is ever repeated on the same bytes, so libvips' cache would only hold memory.
sharp.cache(false);
// Files come from strangers: only decoders of photographs are let near them (no SVG, PDF or ImageMagick).
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: ["Jpeg", "Png", "Webp", "Nsgif", "Tiff", "Heif"].map((format) => `VipsForeignLoad${format}`),
});

export { sharp };

/** Decoded 8-bit sRGB pixels, `[height, width, 3]`. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** `pixels` as the start of a pipeline. */
export function fromPixels({ data, width, height }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

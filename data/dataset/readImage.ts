/** One image file, read: all that ingest knows of it by itself, whatever other images there are. */
import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { ThawError } from "../../spec/errors.js";
import type { ImageRecord } from "../../spec/records/dataset.js";
import { borderColour, type ImageTraits, isOneColour } from "../faults/traits.js";
import { type CanonicalOptions, decodeImage, encodePixels } from "../image/decode.js";
import { withImageFile } from "../image/imageFile.js";
import { otherLayers } from "../image/layers.js";
import { perceptualHash } from "../image/phash.js";
import type { SourceEntry } from "../source/entries.js";

/** Images decoded at a time: Node's pool has four threads, and the decoder's limit on pixels counts on no more. */
export const IMAGES_AT_ONCE = Math.min(4, availableParallelism());

export type ImageFacts = Pick<ImageRecord, "sha256" | "phash" | "width" | "height" | "format"> &
  Pick<ImageTraits, "bytes" | "border"> & {
    /** What few images have. */
    readonly seldom: Omit<ImageTraits, "bytes" | "border">;
  };

/** A file that is no image, or a damaged one; the reason does not name it. */
export interface UnreadableImage {
  /** Of the file's bytes, hex. */
  readonly sha256: string;
  readonly reason: string;
}

export type ReadImage = (ImageFacts & { readonly encoded: Buffer }) | UnreadableImage;

/**
 * A function of the file's bytes and the options alone: copies of a file give the same, under whatever name. The bytes decide, not the name: a PNG that is
 * called `.jpg` is an image like any other, and its record says `png`; an HTML page that is called `.jpg` is unreadable. (Real
 * collections have plenty of the former: 6 of the 253 files of `brain-mri` are PNGs called `.jpg`.)
 * @param within a folder that the file may not lie outside of
 * @param digest SHA-256 that the bytes have to have, hex; undefined where that is not known beforehand
 * @throws ThawError DATA_INVALID when the file is no longer what was digested, or can no longer be read
 */
export async function readImage(
  { file }: Pick<SourceEntry, "file">,
  within: string | undefined,
  digest: string | undefined,
  options: CanonicalOptions,
): Promise<ReadImage> {
  let known = digest;
  try {
    return await withImageFile(file, within, async (bytes) => {
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      if (digest !== undefined && sha256 !== digest) throw changed(file);
      // Of two equal strings the one that is kept anyway.
      known ??= sha256;
      const { pixels, width, height, format, brightest16, layers } = await decodeImage(bytes, options);
      const [phash, encoded, others] = await Promise.all([
        perceptualHash(pixels),
        encodePixels(pixels),
        otherLayers(bytes, layers),
      ]);
      const plain = isOneColour(pixels) ? ({ oneColour: true } as const) : {};
      const deep = brightest16 === undefined ? {} : { brightest16 };
      const seldom = { ...plain, ...deep, ...others };
      const traits = { bytes: bytes.length, border: borderColour(pixels), seldom };
      return { sha256: known, phash, width, height, format, encoded, ...traits };
    });
  } catch (error) {
    if (error instanceof ThawError) {
      if (error.code !== "IMAGE_UNREADABLE" || known === undefined) throw error;
      return { sha256: known, reason: error.message };
    }
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw unreadableNow(file, error);
  }
}

function changed(file: string): ThawError {
  return new ThawError("DATA_INVALID", `${file} changed while the images were read`, {
    hint: "start the run again once nothing writes to the source any more",
  });
}

/** It could be read when it was digested, so leaving it out would make other images of the same identity. */
function unreadableNow(file: string, cause: unknown): ThawError {
  const { code } = cause as NodeJS.ErrnoException;
  return new ThawError("DATA_INVALID", `${file} can no longer be read (${code})`, {
    hint: "see that it can be read, or take it out, and start the run again",
    cause,
  });
}

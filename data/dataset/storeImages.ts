/** Reads every file of a source once: canonical images go into packs, what cannot be read is left out with the reason. */
import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { ThawError } from "../../spec/errors.js";
import { whyUnreadable } from "../../spec/images/unreadable.js";
import type { ImageRecord, QuarantinedFile } from "../../spec/records/dataset.js";
import type { Progress } from "../../spec/records/training.js";
import { borderColour, type ImageTraits, isOneColour } from "../faults/traits.js";
import { type CanonicalOptions, decodeImage, encodePixels } from "../image/decode.js";
import { withImageFile } from "../image/imageFile.js";
import { otherLayers } from "../image/layers.js";
import { perceptualHash } from "../image/phash.js";
import { mapOrdered } from "../ordered.js";
import type { SourceEntries, SourceEntry } from "../source/entries.js";
import { imageProgress } from "./imageProgress.js";
import { createPackWriter } from "./packs.js";

/** Images decoded at a time: Node's pool has four threads, and the decoder's limit on pixels counts on no more. */
const PARALLEL = Math.min(4, availableParallelism());

/** An image that could be read, and traits of its file; group and split are what the manifest says, if anything. */
export type StoredImage = Omit<ImageRecord, "group" | "split"> &
  Pick<SourceEntry, "group" | "split"> &
  ImageTraits;

export interface StoredImages {
  readonly images: readonly StoredImage[];
  readonly quarantined: readonly QuarantinedFile[];
  /** Names of the pack files. */
  readonly packs: readonly string[];
}

/**
 * The bytes decide, not the name: a PNG that is called `.jpg` is an image like any other, and its record says `png`;
 * an HTML page that is called `.jpg` is left out. (Real collections have plenty of the former: 6 of the 253 files of
 * `brain-mri` are PNGs called `.jpg`.)
 * @param digests SHA-256 of the files by path, or marks of those that cannot be read, as the source's digest was computed from
 * @throws ThawError DATA_INVALID when a file is no longer what was digested, or can no longer be read
 */
export async function storeImages(
  source: SourceEntries,
  digests: ReadonlyMap<string, string>,
  options: CanonicalOptions,
  out: string,
  onProgress: (progress: Progress) => void,
): Promise<StoredImages> {
  const labels = new Map(source.classes.map((name, label) => [name, label]));
  const images: StoredImage[] = [];
  const quarantined: QuarantinedFile[] = [];
  const report = imageProgress("reading images", source.entries.length, onProgress);
  const packs = createPackWriter(out);
  try {
    const prepare = (entry: SourceEntry): Promise<Prepared> => prepareImage(source, entry, digests, options);
    for await (const { entry, result } of mapOrdered(source.entries, PARALLEL, prepare)) {
      const { path, label, group, split } = entry;
      if ("reason" in result) quarantined.push({ path, reason: result.reason, why: "unreadable" });
      else {
        const { encoded, sha256, phash, width, height, format, bytes, border, seldom } = result;
        const { pack, offset, length } = await packs.append(encoded);
        images.push({
          path,
          label: labels.get(label) as number,
          sha256,
          phash,
          width,
          height,
          format,
          bytes,
          border,
          pack,
          offset,
          length,
          ...(group === undefined ? {} : { group }),
          ...(split === undefined ? {} : { split }),
          ...seldom,
        });
      }
      report(images.length + quarantined.length);
    }
  } finally {
    await packs.close();
  }
  return { images, quarantined, packs: packs.names };
}

type ImageFacts = Pick<ImageRecord, "sha256" | "phash" | "width" | "height" | "format"> &
  Pick<ImageTraits, "bytes" | "border"> & {
    /** What few images have. */
    readonly seldom: Omit<ImageTraits, "bytes" | "border">;
  };

interface Prepared {
  readonly entry: SourceEntry;
  readonly result: (ImageFacts & { readonly encoded: Buffer }) | { readonly reason: string };
}

async function prepareImage(
  { within }: SourceEntries,
  entry: SourceEntry,
  digests: ReadonlyMap<string, string>,
  options: CanonicalOptions,
): Promise<Prepared> {
  const digest = digests.get(entry.path);
  const reason = entry.leftOut ?? whyUnreadable(digest);
  // Also if it can be read by now: the source's identity says that it is not among the images.
  if (reason !== undefined) return { entry, result: { reason } };
  try {
    const result = await withImageFile(entry.file, within, async (bytes) => {
      if (createHash("sha256").update(bytes).digest("hex") !== digest) throw changed(entry);
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
      // The string that is kept of the digest anyway.
      return { sha256: digest, phash, width, height, format, encoded, ...traits };
    });
    return { entry, result };
  } catch (error) {
    if (error instanceof ThawError) {
      if (error.code !== "IMAGE_UNREADABLE") throw error;
      return { entry, result: { reason: error.message } };
    }
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw unreadableNow(entry, error);
  }
}

function changed({ file }: SourceEntry): ThawError {
  return new ThawError("DATA_INVALID", `${file} changed while the images were read`, {
    hint: "start the run again once nothing writes to the source any more",
  });
}

/** It could be read when it was digested, so leaving it out would make other images of the same identity. */
function unreadableNow({ file }: SourceEntry, cause: unknown): ThawError {
  const { code } = cause as NodeJS.ErrnoException;
  return new ThawError("DATA_INVALID", `${file} can no longer be read (${code})`, {
    hint: "see that it can be read, or take it out, and start the run again",
    cause,
  });
}

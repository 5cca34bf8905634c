/** Reads every file of a source once: canonical images go into packs, what cannot be read is left out with the reason. */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { ThawError } from "../../spec/errors.js";
import { whyUnreadable } from "../../spec/images/unreadable.js";
import type { ImageRecord, QuarantinedFile } from "../../spec/records/dataset.js";
import type { Progress } from "../../spec/records/training.js";
import { borderColour, type ImageTraits, isOneColour } from "../faults/traits.js";
import { type CanonicalOptions, decodeImage, encodePixels } from "../image/decode.js";
import { perceptualHash } from "../image/phash.js";
import { mapOrdered } from "../ordered.js";
import type { SourceEntries, SourceEntry } from "../source/entries.js";
import { imageProgress } from "./imageProgress.js";
import { createPackWriter } from "./packs.js";

/** Images decoded at a time: Node's pool has four threads, and the decoder's limit on pixels counts on no more. */
const PARALLEL = Math.min(4, availableParallelism());
/** A file is read whole. The largest allowed image, 134 million pixels, is about 100 MB as a JPEG of best quality. */
const MAX_BYTES = 256_000_000;

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
    const prepare = (entry: SourceEntry): Promise<Prepared> => prepareImage(entry, digests, options);
    for await (const { entry, result } of mapOrdered(source.entries, PARALLEL, prepare)) {
      const { path, label, group, split } = entry;
      if ("reason" in result) quarantined.push({ path, reason: result.reason, why: "unreadable" });
      else {
        const { encoded, ...facts } = result;
        const written = {
          ...(group === undefined ? {} : { group }),
          ...(split === undefined ? {} : { split }),
        };
        const range = await packs.append(encoded);
        images.push({ path, label: labels.get(label) as number, ...written, ...facts, ...range });
      }
      report(images.length + quarantined.length);
    }
  } finally {
    await packs.close();
  }
  return { images, quarantined, packs: packs.names };
}

type ImageFacts = Pick<ImageRecord, "sha256" | "phash" | "width" | "height" | "format"> & ImageTraits;

interface Prepared {
  readonly entry: SourceEntry;
  readonly result: (ImageFacts & { readonly encoded: Buffer }) | { readonly reason: string };
}

async function prepareImage(
  entry: SourceEntry,
  digests: ReadonlyMap<string, string>,
  options: CanonicalOptions,
): Promise<Prepared> {
  const digest = digests.get(entry.path);
  const reason = whyUnreadable(digest);
  // Also if it can be read by now: the source's identity says that it is not among the images.
  if (reason !== undefined) return { entry, result: { reason } };
  const { size } = await stat(entry.file).catch(unreadableNow(entry));
  if (size > MAX_BYTES) {
    return {
      entry,
      result: { reason: `the file has ${Math.round(size / 1e6)} MB; the limit is ${MAX_BYTES / 1e6} MB` },
    };
  }
  const bytes = await readFile(entry.file).catch(unreadableNow(entry));
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (sha256 !== digest) {
    throw new ThawError("DATA_INVALID", `${entry.file} changed while the images were read`, {
      hint: "start the run again once nothing writes to the source any more",
    });
  }
  try {
    const { pixels, width, height, format, brightest16 } = await decodeImage(bytes, options);
    const [phash, encoded] = await Promise.all([perceptualHash(pixels), encodePixels(pixels)]);
    const plain = isOneColour(pixels) ? ({ oneColour: true } as const) : {};
    const deep = brightest16 === undefined ? {} : { brightest16 };
    const traits = { bytes: size, border: borderColour(pixels), ...plain, ...deep };
    return { entry, result: { sha256, phash, width, height, format, encoded, ...traits } };
  } catch (error) {
    if (!(error instanceof ThawError && error.code === "IMAGE_UNREADABLE")) throw error;
    return { entry, result: { reason: error.message } };
  }
}

/** It could be read when it was digested, so leaving it out would make other images of the same identity. */
function unreadableNow({ file }: SourceEntry): (cause: unknown) => never {
  return (cause) => {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ThawError("DATA_INVALID", `${file} can no longer be read (${code})`, {
      hint: "see that it can be read, or take it out, and start the run again",
      cause,
    });
  };
}

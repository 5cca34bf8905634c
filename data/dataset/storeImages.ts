/** Reads every file of a source once: canonical images go into packs, what cannot be read is left out with the reason. */

import type { TakenShard } from "../../spec/images/imageShards.js";
import type { ImageRecord, QuarantinedFile } from "../../spec/records/dataset.js";
import type { Progress } from "../../spec/records/training.js";
import type { ImageTraits } from "../faults/traits.js";
import type { CanonicalOptions } from "../image/decode.js";
import { mapOrdered } from "../ordered.js";
import { type SourceEntries, type SourceEntry, whyLeftOut } from "../source/entries.js";
import { imageProgress } from "./imageProgress.js";
import { createPackWriter } from "./packs.js";
import { IMAGES_AT_ONCE, type ReadImage, readImage } from "./readImage.js";
import { takeImages } from "./takenImages.js";

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
 * The pictures are in the order of the entries, whether they are read here or were read in shards: the files have the same bytes.
 * @param digests SHA-256 of the files by path, or marks of those that cannot be read, as the source's digest was computed from
 * @param shards images that were read before; their folders go
 * @throws ThawError DATA_INVALID when a file is no longer what was digested, or can no longer be read; ARTIFACT_CORRUPT for a shard that is damaged
 */
export async function storeImages(
  source: SourceEntries,
  digests: ReadonlyMap<string, string>,
  options: CanonicalOptions,
  out: string,
  onProgress: (progress: Progress) => void,
  shards: readonly TakenShard[] = [],
): Promise<StoredImages> {
  const labels = new Map(source.classes.map((name, label) => [name, label]));
  const images: StoredImage[] = [];
  const quarantined: QuarantinedFile[] = [];
  const report = imageProgress("reading images", source.entries.length, onProgress);
  const packs = createPackWriter(out);
  const taken = takeImages(shards);
  const prepare = async ({ entry, ...file }: Numbered): Promise<Prepared> => {
    if ("reason" in file) return { entry, result: file };
    const before = taken.take(file.place, file.digest);
    return { entry, result: await (before ?? readImage(entry, source.within, file.digest, options)) };
  };
  try {
    const entries = numbered(source.entries, digests);
    for await (const { entry, result } of mapOrdered(entries, IMAGES_AT_ONCE, prepare)) {
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
    await taken.close();
  }
  return { images, quarantined, packs: packs.names };
}

interface Prepared {
  readonly entry: SourceEntry;
  readonly result: ReadImage | { readonly reason: string };
}

/** An entry, and why it is not read, or its place among those that are. */
type Numbered = { readonly entry: SourceEntry } & (
  | { readonly reason: string }
  | { readonly place: number; readonly digest: string }
);

function* numbered(
  entries: readonly SourceEntry[],
  digests: ReadonlyMap<string, string>,
): Generator<Numbered> {
  let next = 0;
  for (const entry of entries) {
    // Of no file nothing is known; its bytes would be said to have changed.
    const digest = digests.get(entry.path) ?? "";
    const reason = whyLeftOut(entry, digest);
    yield reason === undefined ? { entry, place: next++, digest } : { entry, reason };
  }
}

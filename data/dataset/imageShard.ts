/** Reads some images of a source by themselves, for an ingest that puts them together later: `shard.jsonl`, and packs with their pictures. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ImageFile, ImageShardSummary } from "../../spec/images/imageShards.js";
import { SHARD_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { Progress } from "../../spec/records/training.js";
import type { CanonicalOptions } from "../image/decode.js";
import { mapOrdered } from "../ordered.js";
import { jsonLines } from "../source/lines.js";
import { imageProgress } from "./imageProgress.js";
import { createPackWriter, type PackedRange } from "./packs.js";
import { IMAGES_AT_ONCE, type ImageFacts, readImage, type UnreadableImage } from "./readImage.js";

/** A line of `shard.jsonl`: what was read of one image. It does not say under which name. */
export type ImageRow = UnreadableImage | (ImageFacts & PackedRange);

export interface ImageShardOptions {
  readonly images: readonly ImageFile[];
  /** Folder that none of them may lie outside of; absent where they may. */
  readonly within?: string;
  readonly pixels: CanonicalOptions;
  /** An empty folder that is there. */
  readonly out: string;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * The lines are in the order of the images. The same bytes of the images and the same settings give the same files.
 * @throws ThawError as `readImage` does
 */
export async function readImageShard({
  images,
  within,
  pixels,
  out,
  onProgress,
}: ImageShardOptions): Promise<ImageShardSummary> {
  const rows: ImageRow[] = [];
  const report = imageProgress("reading images", images.length, onProgress);
  const packs = createPackWriter(out);
  try {
    const read = (image: ImageFile) => readImage(image, within, image.sha256, pixels);
    for await (const image of mapOrdered(images, IMAGES_AT_ONCE, read)) {
      if ("reason" in image) rows.push(image);
      else {
        const { encoded, ...facts } = image;
        rows.push({ ...facts, ...(await packs.append(encoded)) });
      }
      report(rows.length);
    }
  } finally {
    await packs.close();
  }
  await writeFile(join(out, SHARD_FILE), jsonLines(rows));
  return { images: rows.length, unreadable: rows.filter((row) => "reason" in row).length };
}

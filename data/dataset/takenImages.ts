/** Images that shards have read, for ingest: taken one after the other, and each shard's files go with the last of its images. */
import { type FileHandle, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TakenShard } from "../../spec/images/imageShards.js";
import { SHARD_FILE } from "../../spec/pipeline/artifactFiles.js";
import { imageRowSchema } from "../../spec/schemas/records/files.js";
import { shapedLines } from "../../spec/schemas/shaped.js";
import type { ImageRow } from "./imageShard.js";
import type { ReadImage } from "./readImage.js";

/** Name of the folder, within that of the dataset, that shards lie in until they are taken. */
export const TAKEN_FOLDER = "shards";

export interface TakenImages {
  /**
   * Places are asked for in ascending order, each once; of the last few before all are answered.
   * @param place among the images of the source that are read, from 0
   * @param sha256 of its bytes
   * @returns undefined where it is in no shard
   * @throws Error where the shard has another image at that place, or is cut short; ThawError ARTIFACT_CORRUPT
   */
  take(place: number, sha256: string): Promise<ReadImage> | undefined;
  /** Also in the middle: what was not taken goes too. */
  close(): Promise<void>;
}

/** @param file `shard.jsonl` @throws ThawError ARTIFACT_CORRUPT */
export async function readImageRows(file: string): Promise<readonly ImageRow[]> {
  return shapedLines(await readFile(file), imageRowSchema, file);
}

/** @param shards in ascending order, none of which has an image of another */
export function takeImages(shards: readonly TakenShard[]): TakenImages {
  let next = 0;
  let opened: { readonly of: TakenShard; readonly shard: OpenShard } | undefined;
  const atWork = new Set<OpenShard>();
  return {
    take: (place, sha256) => {
      while (next < shards.length && endOf(shards[next]) <= place) next += 1;
      const of = shards[next];
      if (of === undefined || place < of.from) return undefined;
      if (opened?.of !== of) {
        const shard = openShard(of, () => atWork.delete(shard));
        atWork.add(shard);
        opened = { of, shard };
      }
      return opened.shard.take(place - of.from, sha256);
    },
    close: async () => {
      for (const shard of atWork) await shard.close();
      for (const { folder } of shards.slice(next)) await rm(folder, { recursive: true, force: true });
    },
  };
}

const endOf = (shard: TakenShard | undefined): number =>
  shard === undefined ? 0 : shard.from + shard.images;

interface OpenShard {
  take(index: number, sha256: string): Promise<ReadImage>;
  close(): Promise<void>;
}

/** @param gone is called once all of its images are taken, and its files are away */
function openShard({ folder, images }: TakenShard, gone: () => void): OpenShard {
  const rows = readImageRows(join(folder, SHARD_FILE));
  // Each that waits for them fails with that.
  rows.catch(() => undefined);
  const packs = new Map<string, Promise<FileHandle>>();
  let left = images;
  const packOf = (name: string): Promise<FileHandle> => {
    const known = packs.get(name);
    if (known !== undefined) return known;
    const pack = open(join(folder, name), "r");
    packs.set(name, pack);
    return pack;
  };
  const close = async (): Promise<void> => {
    for (const pack of await Promise.allSettled(packs.values()))
      if (pack.status === "fulfilled") await pack.value.close();
    packs.clear();
    await rm(folder, { recursive: true, force: true });
  };
  return {
    close,
    take: async (index, sha256) => {
      const row = (await rows)[index];
      if (row?.sha256 !== sha256) throw new Error(`image ${index} of the shard in ${folder} is another one`);
      const image = "reason" in row ? row : await withPicture(row, await packOf(row.pack), folder);
      left -= 1;
      if (left === 0) {
        await close();
        gone();
      }
      // The string that is kept of the digest anyway.
      return { ...image, sha256 };
    },
  };
}

async function withPicture(
  { pack, offset, length, ...facts }: Exclude<ImageRow, { readonly reason: string }>,
  handle: FileHandle,
  folder: string,
): Promise<ReadImage> {
  const encoded = Buffer.allocUnsafeSlow(length);
  const { bytesRead } = await handle.read(encoded, 0, length, offset);
  if (bytesRead !== length) throw new Error(`${pack} in ${folder} is cut short`);
  return { ...facts, encoded };
}

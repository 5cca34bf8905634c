/** Writes many small files one after the other into a few large ones, the packs. */
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";

/** 256 MB: large enough that 50,000 images are a few dozen objects in the store, small enough to fetch again. */
export const PACK_BYTES = 256_000_000;

/** Where something lies: `[offset, offset + length)` of `pack`. */
export interface PackedRange {
  readonly pack: string;
  readonly offset: number;
  readonly length: number;
}

export interface PackWriter {
  /** Names of the packs so far. */
  readonly names: readonly string[];
  append(bytes: Uint8Array): Promise<PackedRange>;
  close(): Promise<void>;
}

/** @param limit bytes a pack may have; something larger than that gets a pack of its own */
export function createPackWriter(folder: string, limit = PACK_BYTES): PackWriter {
  const names: string[] = [];
  let handle: FileHandle | undefined;
  let offset = 0;
  return {
    names,
    append: async (bytes) => {
      if (handle === undefined || offset + bytes.length > limit) {
        await handle?.close();
        names.push(`pack-${String(names.length).padStart(3, "0")}.bin`);
        handle = await open(join(folder, names.at(-1) as string), "wx");
        offset = 0;
      }
      await handle.writeFile(bytes);
      offset += bytes.length;
      return { pack: names.at(-1) as string, offset: offset - bytes.length, length: bytes.length };
    },
    close: async () => handle?.close(),
  };
}

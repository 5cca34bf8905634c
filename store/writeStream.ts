/** Writes what a stream gives into a new file. */
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/**
 * The file is there before the first byte is asked for: one that is opened by the way could appear after whoever removes
 * what a broken stream has left behind.
 */
export async function writeStream(source: Readable, path: string): Promise<void> {
  const file = await open(path, "w");
  await pipeline(source, file.createWriteStream());
}

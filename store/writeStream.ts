/** Writes what a stream gives into a new file. */
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/**
 * The file is there before the stream is asked for: one that is opened by the way could appear after whoever removes
 * what a broken stream has left behind.
 * @param seen hears of every chunk before it is written
 */
export async function writeStream(
  source: () => Promise<Readable>,
  path: string,
  seen: (chunk: Buffer) => void = () => undefined,
): Promise<void> {
  const file = await open(path, "w");
  const stream = await source().catch(async (error: unknown) => {
    await file.close();
    throw error;
  });
  await pipeline(
    stream,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        seen(chunk);
        yield chunk;
      }
    },
    file.createWriteStream(),
  );
}

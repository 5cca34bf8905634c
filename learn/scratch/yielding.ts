/** Files of activations that give way: where the disk runs out of room while they are written, they go, and nothing fails. */
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { spareBytes } from "../../files/scratch.js";
import { isDiskFull } from "../../spec/errors.js";
import {
  createSamples,
  type RecordFormat,
  recordBytes,
  recordLength,
  type SampleWriter,
} from "../samples/files.js";

/** Bytes written between two looks at the disk: far fewer than what is reserved of one that is not tiny. */
const LOOK_EVERY = 16e6;

export interface YieldingWriter extends SampleWriter {
  /** Whether it has given way: there is no file. */
  isGone(): boolean;
}

/**
 * @param records that it will have
 * @param spare bytes of the disk that others may still take
 */
export async function createYielding(
  path: string,
  format: RecordFormat,
  records: number,
  spare: () => Promise<number> = () => spareBytes(dirname(path)),
): Promise<YieldingWriter> {
  let writer: SampleWriter | undefined;
  let unlooked = Number.POSITIVE_INFINITY;
  const giveWay = async (): Promise<void> => {
    const own = writer;
    writer = undefined;
    await own?.close();
    await rm(path, { force: true });
  };
  const unlessFull = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      await giveWay();
    }
  };
  await unlessFull(async () => {
    writer = await createSamples(path, format, records);
  });
  const put = (values: Float32Array | Uint8Array, by: (own: SampleWriter) => Promise<void>): Promise<void> =>
    unlessFull(async () => {
      if (writer === undefined) return;
      if (unlooked >= LOOK_EVERY) {
        unlooked = 0;
        if ((await spare()) < 0) return giveWay();
      }
      await by(writer);
      unlooked += (values.length / recordLength(format)) * recordBytes(format);
    });
  return {
    isGone: () => writer === undefined,
    write: (first, values) => put(values, (own) => own.write(first, values)),
    ahead: (row, values) => put(values, (own) => own.ahead(row, values)),
    close: async () => writer?.close(),
  };
}

/** Opens what ingest wrote: records, summary, and the images out of their packs. */
import { readSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { DatasetSummary, ImageRecord } from "../../spec/records/dataset.js";
import { datasetFileSchema, imageLineSchema } from "../../spec/schemas/records/files.js";
import { shapedJson, shapedLines } from "../../spec/schemas/shaped.js";
import { openPacks } from "./openPacks.js";

export const IMAGES_FILE = "images.jsonl";
export const SUMMARY_FILE = "dataset.json";

export interface Dataset {
  readonly records: readonly ImageRecord[];
  readonly summary: DatasetSummary;
  /**
   * The canonical image, encoded (see `decode.ts`). It is read at once and out of the page cache, so that decoding
   * can begin before the caller goes on to block the process with tensors. The views of one image are usually
   * wanted one after the other: asking again for the last image gives the same buffer.
   */
  read(imageIndex: number): Promise<Buffer>;
  /** The same for those that cannot wait. */
  readNow(imageIndex: number): Buffer;
  close(): Promise<void>;
}

/** @param file `images.jsonl` of any dataset @throws ThawError ARTIFACT_CORRUPT */
export async function readImageRecords(file: string): Promise<readonly ImageRecord[]> {
  return shapedLines(await readFile(file), imageLineSchema, file);
}

/** Of the set that this process has opened last: its stages and its many shards are of the same, and reading takes seconds of a large one. */
let opened: { readonly file: string; readonly records: readonly ImageRecord[] } | undefined;

/** @returns the same records for a file that has not changed: nobody may change them */
async function recordsIn(folder: string): Promise<readonly ImageRecord[]> {
  const path = join(folder, IMAGES_FILE);
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  const file = [path, dev, ino, size, mtimeNs, ctimeNs].join(" ");
  if (opened?.file === file) return opened.records;
  // Not two of them at once.
  opened = undefined;
  const records = await readImageRecords(path);
  opened = { file, records };
  return records;
}

/** @throws ThawError ARTIFACT_CORRUPT */
export async function openDataset(folder: string): Promise<Dataset> {
  const records = await recordsIn(folder);
  const summaryFile = join(folder, SUMMARY_FILE);
  const summary: DatasetSummary = shapedJson(
    await readFile(summaryFile, "utf8"),
    datasetFileSchema,
    summaryFile,
  );
  const packs = openPacks(folder, summary.packs);
  let last: { readonly index: number; readonly encoded: Buffer } | undefined;
  const readNow = (index: number): Buffer => {
    if (last?.index === index) return last.encoded;
    const record = records[index];
    const descriptor = record && packs.descriptorOf(record.pack);
    if (record === undefined || descriptor === undefined) throw new RangeError(`there is no image ${index}`);
    const encoded = Buffer.allocUnsafeSlow(record.length);
    const length = readSync(descriptor, encoded, 0, record.length, record.offset);
    if (length !== record.length) throw new Error(`${record.pack} is cut short: image ${index} is not whole`);
    last = { index, encoded };
    return encoded;
  };
  return {
    records,
    summary,
    read: async (index) => readNow(index),
    readNow,
    close: async () => packs.close(),
  };
}

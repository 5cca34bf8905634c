/**
 * Reads zip files: Keras' own format, of which the weights within are read (`keras/file.ts`), and the format that PyTorch writes since 1.6: a zip file, nothing in it compressed, with the
 * state dict in `NAME/data.pkl` and a storage in each `NAME/data/KEY` (`torch/serialization.py`, `_load`).
 */
import { stat } from "node:fs/promises";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { ThawError } from "../../spec/errors.js";
import { kerasArchiveDicts } from "./keras/file.js";
import { shown } from "./names.js";
import { unpickle } from "./pickle.js";
import type { Storage } from "./tensorViews.js";
import { type StateDict, stateReader } from "./torchState.js";

/**
 * Reads state dicts, PyTorch's or Keras'.
 * @returns every dict of tensors in it, their names in the order of the file
 * @throws ThawError DATA_INVALID when the file is something else, is damaged or wants to run code
 */
export async function readTorchZip(path: string): Promise<readonly StateDict[]> {
  const invalid = (what: string, hint?: string): ThawError =>
    new ThawError(
      "DATA_INVALID",
      `${path} is not a PyTorch checkpoint: ${what}`,
      hint === undefined ? {} : { hint },
    );
  const { size } = await stat(path);
  const zip = await unzipped(invalid, () =>
    openPromise(path, { autoClose: false, validateEntrySizes: false }),
  );
  try {
    return await readState(path, await openArchive(zip, size, invalid), invalid);
  } finally {
    zip.close();
  }
}

/** What the reader of zip files says, as our own; faults of ours stay what they are. */
async function unzipped<T>(invalid: (what: string) => ThawError, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw invalid(`as a zip file it is damaged (${shown((error as Error).message)})`);
  }
}

/** The content of a file below the archive's one folder; undefined when there is none. */
type Archive = (name: string) => Promise<Buffer | undefined>;

/** PyTorch writes a file for each storage, and a dozen more. */
const MOST_ENTRIES = 20_000;
/** Names, shapes and places take about 200 bytes a tensor. */
const MOST_PICKLE = 64 * 2 ** 20;
const PICKLE = "data.pkl";

async function openArchive(
  zip: ZipFile,
  size: number,
  invalid: (what: string) => ThawError,
): Promise<Archive> {
  if (zip.entryCount > MOST_ENTRIES) throw invalid(`it lists ${zip.entryCount} files`);
  const entries = new Map<string, Entry>();
  const twice = new Set<string>();
  await unzipped(invalid, async () => {
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName.slice(entry.fileName.indexOf("/") + 1);
      if (entries.has(name)) twice.add(name);
      entries.set(name, entry);
    }
  });
  // Entries that lie over each other could make any size out of a small file.
  let left = size;
  return async (name) => {
    const entry = entries.get(name);
    if (entry === undefined) return undefined;
    // Readers do not agree on which of them counts.
    if (twice.has(name)) throw invalid(`${name} is in it twice`);
    if (entry.isEncrypted()) throw invalid(`${name} in it is encrypted`);
    if (entry.compressionMethod !== 0) throw invalid(`${name} in it is compressed`);
    if (entry.compressedSize !== entry.uncompressedSize) throw invalid(`${name} in it has two sizes`);
    if (name === PICKLE && entry.uncompressedSize > MOST_PICKLE) throw invalid("its pickle is too large");
    left -= entry.uncompressedSize;
    if (left < 0) throw invalid("it holds more than its size");
    return unzipped(invalid, async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    });
  };
}

async function readState(
  path: string,
  archive: Archive,
  invalid: (what: string, hint?: string) => ThawError,
): Promise<readonly StateDict[]> {
  const order = (await archive("byteorder"))?.toString("latin1") ?? "little";
  if (order !== "little") throw invalid(`its numbers are ${shown(order)}-endian`);
  const pickle = await archive(PICKLE);
  if (pickle === undefined) {
    // A Keras model is a zip file, too.
    const weights = await archive("model.weights.h5");
    if (weights !== undefined) return kerasArchiveDicts(weights, path);
    throw invalid("data.pkl is not in it");
  }
  const { handlers, storages, dicts } = stateReader(pickle.length, invalid);
  const { value } = unpickle(pickle, 0, handlers);
  const contents = new Map<Storage, Float32Array>();
  for (const storage of storages.values()) {
    const data = await archive(`data/${storage.key}`);
    if (data === undefined) throw invalid(`storage ${storage.key} is not in it`);
    if (data.length % storage.type.bytes !== 0) throw invalid(`storage ${storage.key} is cut short`);
    contents.set(storage, storage.type.read(data));
  }
  return dicts(value, contents);
}

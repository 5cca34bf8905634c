/**
 * Reads checkpoints in PyTorch's legacy (pre-1.6) format: a run of pickles – magic number, protocol,
 * system information, the object, the storage keys – and then the raw storages in the order of the keys
 * (`torch/serialization.py`, `_legacy_load`).
 */
import { ThawError } from "../../spec/errors.js";
import { shown } from "./names.js";
import { unpickle } from "./pickle.js";
import type { Storage } from "./tensorViews.js";
import { type StateDict, stateReader } from "./torchState.js";
import { readWhole } from "./wholeFile.js";

const MAGIC = 0x1950a86a20f9469cfc6cn;

/**
 * Reads state dicts.
 * @returns every dict of tensors in it, their names in the order of the file
 * @throws ThawError DATA_INVALID when the file is something else, is damaged or wants to run code
 */
export async function readTorchLegacy(path: string): Promise<readonly StateDict[]> {
  const invalid = (what: string, hint?: string): ThawError =>
    new ThawError(
      "DATA_INVALID",
      `${path} is not a legacy PyTorch checkpoint: ${what}`,
      hint === undefined ? {} : { hint },
    );
  const file = await readWhole(path, invalid);
  const { handlers, storages, dicts } = stateReader(file.length, invalid);
  let at = 0;
  const next = (): unknown => {
    const result = unpickle(file, at, handlers);
    at = result.end;
    return result.value;
  };
  if (next() !== MAGIC) throw invalid("the magic number is missing");
  next(); // protocol version
  next(); // system information
  const state = next();
  const keys = next();
  if (!Array.isArray(keys)) throw invalid("it holds no state dict");

  const contents = new Map<Storage, Float32Array>();
  for (const key of keys) {
    if (typeof key !== "string" && typeof key !== "number") throw invalid("a key of its storages is no text");
    const storage = storages.get(String(key));
    if (storage === undefined) throw invalid(`storage ${shown(String(key))} is not used by any tensor`);
    if (contents.has(storage)) throw invalid(`storage ${storage.key} is in it twice`);
    if (at + 8 > file.length) throw invalid("it is truncated");
    const length = Number(file.readBigInt64LE(at)) * storage.type.bytes;
    at += 8;
    if (length < 0 || at + length > file.length) throw invalid("it is truncated");
    contents.set(storage, storage.type.read(file.subarray(at, at + length)));
    at += length;
  }
  return dicts(state, contents);
}

/**
 * Reads checkpoints in PyTorch's legacy (pre-1.6) format: a run of pickles – magic number, protocol,
 * system information, the object, the storage keys – and then the raw storages in the order of the keys
 * (`torch/serialization.py`, `_legacy_load`).
 */
import { readFile } from "node:fs/promises";
import { ThawError } from "../../spec/errors.js";
import { unpickle } from "./pickle.js";
import { type StateDict, type Storage, stateReader } from "./torchState.js";

const MAGIC = 0x1950a86a20f9469cfc6cn;

/**
 * Reads state dicts.
 * @returns every dict of tensors in it, their names in the order of the file
 * @throws ThawError DATA_INVALID when the file is something else, is damaged or wants to run code
 */
export async function readTorchLegacy(path: string): Promise<readonly StateDict[]> {
  const file = await readFile(path);
  const invalid = (what: string, hint?: string): ThawError =>
    new ThawError(
      "DATA_INVALID",
      `${path} is not a legacy PyTorch checkpoint: ${what}`,
      hint === undefined ? {} : { hint },
    );
  const { handlers, storages, dicts } = stateReader(invalid);
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
    const storage = storages.get(String(key));
    if (storage === undefined) throw invalid(`storage ${String(key)} is not used by any tensor`);
    if (at + 8 > file.length) throw invalid("it is truncated");
    const length = Number(file.readBigInt64LE(at)) * storage.type.bytes;
    at += 8;
    if (length < 0 || at + length > file.length) throw invalid("it is truncated");
    contents.set(storage, storage.type.read(file.subarray(at, at + length)));
    at += length;
  }
  return dicts(state, contents);
}

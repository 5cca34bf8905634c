/**
 * Reads checkpoints in PyTorch's legacy (pre-1.6) format: a run of pickles – magic number, protocol,
 * system information, the object, the storage keys – and then the raw storages in the order of the keys
 * (`torch/serialization.py`, `_legacy_load`).
 */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { ThawError } from "../../spec/errors.js";
import { type PickleGlobal, unpickle } from "./pickle.js";

/** A tensor of a checkpoint, row-major in PyTorch's own layout (convolutions are [out, in, h, w]). */
export interface CheckpointTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

interface Storage {
  readonly key: string;
  readonly bytesPerElement: number;
  readonly read: (bytes: Buffer) => Float32Array;
}

/** A view into a storage, to be filled in once the storages have been read. */
interface TensorView {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

const MAGIC = 0x1950a86a20f9469cfc6cn;

const STORAGE_TYPES = new Map<unknown, Pick<Storage, "bytesPerElement" | "read">>([
  [
    "FloatStorage",
    {
      bytesPerElement: 4,
      // Copied, because a Float32Array must start at a multiple of four.
      read: (bytes) => new Float32Array(Uint8Array.from(bytes).buffer),
    },
  ],
  [
    "LongStorage",
    {
      bytesPerElement: 8,
      read: (bytes) =>
        Float32Array.from({ length: bytes.length / 8 }, (_, i) => Number(bytes.readBigInt64LE(i * 8))),
    },
  ],
]);

const extents = z.array(z.int().min(0));
/** Arguments of `torch._utils._rebuild_tensor_v2` up to those that only matter for training in PyTorch. */
const viewArguments = z
  .tuple([
    z.custom<Storage>((value) => typeof value === "object" && value !== null),
    z.int().min(0),
    extents,
    extents,
  ])
  .rest(z.unknown());

function invalid(path: string, what: string): ThawError {
  return new ThawError("DATA_INVALID", `${path} is not a legacy PyTorch checkpoint: ${what}`);
}

/**
 * Reads a state dict.
 * @returns tensors by name, in the order of the file
 * @throws ThawError DATA_INVALID when the file is something else, is damaged or wants to run code
 */
export async function readTorchLegacy(path: string): Promise<Map<string, CheckpointTensor>> {
  const file = await readFile(path);
  const storages = new Map<string, Storage>();
  const views = new Set<unknown>();

  const call = (callee: PickleGlobal, args: readonly unknown[]): unknown => {
    const name = `${callee.module}.${callee.name}`;
    if (name === "collections.OrderedDict") return new Map();
    if (name === "torch._utils._rebuild_tensor_v2") {
      const parsed = viewArguments.safeParse(args);
      if (!parsed.success) throw invalid(path, "a tensor of it is damaged");
      const [storage, offset, shape, stride] = parsed.data;
      const view: TensorView = { storage, offset, shape, stride };
      views.add(view);
      return view;
    }
    if (name === "torch._utils._rebuild_parameter") return args[0];
    throw invalid(path, `it refers to ${name}`);
  };
  const persistent = (id: unknown): unknown => {
    if (!Array.isArray(id) || id[0] !== "storage") throw invalid(path, "it has an unknown persistent id");
    const type = (id[1] as PickleGlobal | null | undefined)?.name;
    const layout = STORAGE_TYPES.get(type);
    if (layout === undefined) throw invalid(path, `tensors of ${String(type)} are not supported`);
    const key = String(id[2]);
    const known = storages.get(key) ?? { key, ...layout };
    storages.set(key, known);
    return known;
  };

  let at = 0;
  const next = (): unknown => {
    const result = unpickle(file, at, { call, persistent });
    at = result.end;
    return result.value;
  };
  if (next() !== MAGIC) throw invalid(path, "the magic number is missing");
  next(); // protocol version
  next(); // system information
  const state = next();
  const keys = next();
  if (!(state instanceof Map) || !Array.isArray(keys)) throw invalid(path, "it holds no state dict");

  const contents = new Map<Storage, Float32Array>();
  for (const key of keys) {
    const storage = storages.get(String(key));
    if (storage === undefined) throw invalid(path, `storage ${String(key)} is not used by any tensor`);
    if (at + 8 > file.length) throw invalid(path, "it is truncated");
    const length = Number(file.readBigInt64LE(at)) * storage.bytesPerElement;
    at += 8;
    if (length < 0 || at + length > file.length) throw invalid(path, "it is truncated");
    contents.set(storage, storage.read(file.subarray(at, at + length)));
    at += length;
  }

  const tensors = new Map<string, CheckpointTensor>();
  for (const [key, view] of state) {
    const name = String(key);
    if (!views.has(view)) throw invalid(path, `${name} is no tensor`);
    const values = contents.get((view as TensorView).storage);
    if (values === undefined) throw invalid(path, `the values of ${name} are missing`);
    tensors.set(name, materialize(path, name, view as TensorView, values));
  }
  return tensors;
}

/** Copies a strided view into row-major order (converted checkpoints often keep transposed storages). */
function materialize(path: string, name: string, view: TensorView, values: Float32Array): CheckpointTensor {
  const { shape, stride } = view;
  const size = shape.reduce((product, extent) => product * extent, 1);
  const last = shape.reduce((sum, extent, axis) => sum + (extent - 1) * (stride[axis] ?? 0), view.offset);
  // A stride of zero could blow up one number to any size; no state dict does that.
  if (size > values.length) throw invalid(path, `${name} is larger than its storage`);
  if (size > 0 && last >= values.length) throw invalid(path, `${name} reaches past its storage`);
  const data = new Float32Array(size);
  const index = new Array<number>(shape.length).fill(0);
  let from = view.offset;
  for (let to = 0; to < size; to++) {
    data[to] = values[from] ?? Number.NaN;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const step = stride[axis] ?? 0;
      const next = (index[axis] ?? 0) + 1;
      from += step;
      if (next < (shape[axis] ?? 1)) {
        index[axis] = next;
        break;
      }
      from -= step * next;
      index[axis] = 0;
    }
  }
  return { shape, data };
}

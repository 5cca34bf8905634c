/** What both of PyTorch's file formats share: a pickled state dict whose tensors are views into storages. */
import { z } from "zod";
import type { ThawError } from "../../spec/errors.js";
import { ELEMENT_TYPES, type ElementType } from "./elements.js";
import type { PickleGlobal, PickleHandlers } from "./pickle.js";

/** A tensor of a checkpoint, row-major in PyTorch's own layout (convolutions are [out, in, h, w]). */
export interface CheckpointTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A stretch of numbers in the file. */
export interface Storage {
  readonly key: string;
  readonly type: ElementType;
}

/** A view into a storage, to be filled in once the storages have been read. */
interface TensorView {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

const STORAGE_TYPES = new Map<unknown, ElementType>([
  ["FloatStorage", ELEMENT_TYPES.F32],
  ["HalfStorage", ELEMENT_TYPES.F16],
  ["BFloat16Storage", ELEMENT_TYPES.BF16],
  ["DoubleStorage", ELEMENT_TYPES.F64],
  ["LongStorage", ELEMENT_TYPES.I64],
  ["IntStorage", ELEMENT_TYPES.I32],
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

const DICTS: ReadonlySet<string> = new Set([
  "collections.OrderedDict",
  "collections.defaultdict",
  "collections.Counter",
]);

/** What scripts of training save beside the weights: options, figures. It is left, and none of it is run. */
const BESIDE_WEIGHTS: ReadonlySet<string> = new Set([
  "argparse.Namespace",
  "types.SimpleNamespace",
  "numpy.core.multiarray.scalar",
  "numpy._core.multiarray.scalar",
  "numpy.dtype",
  "_codecs.encode",
  "pathlib.PosixPath",
  "torch.Size",
  "torch.device",
]);

/** Whole modules are saved as code, which is never run. */
const SAVE_STATE =
  "load it where its code is, and save its weights alone: torch.save(model.state_dict(), FILE)";

/** Dicts within dicts: an optimizer's state lies deepest, and is no network. */
const DEEPEST = 3;

/** The tensors of one dict in a checkpoint. */
export interface StateDict {
  /** Keys of the dicts that it lies in, joined by dots; empty for the outermost. */
  readonly wrapper: string;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** @param names those that are wanted @throws ThawError DATA_INVALID when a tensor does not fit its storage */
  read(names: Iterable<string>): Map<string, CheckpointTensor>;
}

/** Tensors that are in memory already. */
export function plainDict(tensors: ReadonlyMap<string, CheckpointTensor>): StateDict {
  return {
    wrapper: "",
    shapes: new Map([...tensors].map(([name, { shape }]) => [name, shape])),
    read: (names) =>
      new Map(
        [...names].flatMap((name) => (tensors.has(name) ? [[name, tensors.get(name)]] : [])) as [
          string,
          CheckpointTensor,
        ][],
      ),
  };
}

export interface StateReader {
  /** For the pickles of the file. */
  readonly handlers: PickleHandlers;
  /** Storages that the pickles have named so far, by key. */
  readonly storages: ReadonlyMap<string, Storage>;
  /**
   * Every dict that holds tensors, wherever scripts of training put it; what else they save is left.
   * @param state what the pickle gave
   * @throws ThawError DATA_INVALID when it holds none
   */
  dicts(state: unknown, contents: ReadonlyMap<Storage, Float32Array>): readonly StateDict[];
}

/** @param invalid makes the error for what is wrong with the file */
export function stateReader(invalid: (what: string, hint?: string) => ThawError): StateReader {
  const storages = new Map<string, Storage>();
  const views = new Set<unknown>();

  const call = (callee: PickleGlobal, args: readonly unknown[]): unknown => {
    const name = `${callee.module}.${callee.name}`;
    if (DICTS.has(name)) return new Map();
    if (name === "torch._utils._rebuild_tensor_v2") {
      const parsed = viewArguments.safeParse(args);
      if (!parsed.success) throw invalid("a tensor of it is damaged");
      const [storage, offset, shape, stride] = parsed.data;
      const view: TensorView = { storage, offset, shape, stride };
      views.add(view);
      return view;
    }
    if (name === "torch._utils._rebuild_parameter") return args[0];
    if (BESIDE_WEIGHTS.has(name)) return null;
    throw invalid(`it refers to ${name}`, SAVE_STATE);
  };
  const persistent = (id: unknown): unknown => {
    if (!Array.isArray(id) || id[0] !== "storage") throw invalid("it has an unknown persistent id");
    const kind = (id[1] as PickleGlobal | null | undefined)?.name;
    const type = STORAGE_TYPES.get(kind);
    if (type === undefined) throw invalid(`tensors of ${String(kind)} are not supported`);
    const key = String(id[2]);
    const known = storages.get(key) ?? { key, type };
    storages.set(key, known);
    return known;
  };
  const dictOf = (wrapper: string, own: ReadonlyMap<string, TensorView>, contents: Contents): StateDict => ({
    wrapper,
    shapes: new Map([...own].map(([name, { shape }]) => [name, shape])),
    read: (names) => {
      const found = new Map<string, CheckpointTensor>();
      for (const name of names) {
        const view = own.get(name);
        if (view === undefined) continue;
        const values = contents.get(view.storage);
        if (values === undefined) throw invalid(`the values of ${name} are missing`);
        found.set(name, materialize(name, view, values, invalid));
      }
      return found;
    },
  });
  const dicts: StateReader["dicts"] = (state, contents) => {
    const found: StateDict[] = [];
    // Pickles can make a dict that holds itself.
    const seen = new Set<unknown>();
    const search = (dict: unknown, keys: readonly string[]): void => {
      if (!(dict instanceof Map) || seen.has(dict) || keys.length > DEEPEST) return;
      seen.add(dict);
      const own = [...dict].filter(([, value]) => views.has(value));
      if (own.length > 0) {
        const named = new Map(own.map(([key, view]) => [String(key), view as TensorView]));
        found.push(dictOf(keys.join("."), named, contents));
      }
      for (const [key, value] of dict) search(value, [...keys, String(key)]);
    };
    search(state, []);
    if (found.length === 0) throw invalid("it holds no state dict", SAVE_STATE);
    return found;
  };
  return { handlers: { call, persistent }, storages, dicts };
}

type Contents = ReadonlyMap<Storage, Float32Array>;

/** Copies a strided view into row-major order (converted checkpoints often keep transposed storages). */
function materialize(
  name: string,
  view: TensorView,
  values: Float32Array,
  invalid: (what: string) => ThawError,
): CheckpointTensor {
  const { shape, stride } = view;
  const size = shape.reduce((product, extent) => product * extent, 1);
  const last = shape.reduce((sum, extent, axis) => sum + (extent - 1) * (stride[axis] ?? 0), view.offset);
  // A stride of zero could blow up one number to any size; no state dict does that.
  if (size > values.length) throw invalid(`${name} is larger than its storage`);
  if (size > 0 && last >= values.length) throw invalid(`${name} reaches past its storage`);
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

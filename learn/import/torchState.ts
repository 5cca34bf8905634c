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

/** Where training scripts put the state dict when they save more than it. */
const WRAPPERS = ["state_dict", "model_state_dict", "model"];

export interface StateReader {
  /** For the pickles of the file. */
  readonly handlers: PickleHandlers;
  /** Storages that the pickles have named so far, by key. */
  readonly storages: ReadonlyMap<string, Storage>;
  /**
   * The tensors of a state dict, or of one that lies in a dict under one of the usual names.
   * @param state what the pickle gave
   * @throws ThawError DATA_INVALID when it is something else, or a tensor does not fit its storage
   */
  tensors(state: unknown, contents: ReadonlyMap<Storage, Float32Array>): Map<string, CheckpointTensor>;
}

/** @param invalid makes the error for what is wrong with the file */
export function stateReader(invalid: (what: string) => ThawError): StateReader {
  const storages = new Map<string, Storage>();
  const views = new Set<unknown>();

  const call = (callee: PickleGlobal, args: readonly unknown[]): unknown => {
    const name = `${callee.module}.${callee.name}`;
    if (name === "collections.OrderedDict") return new Map();
    if (name === "torch._utils._rebuild_tensor_v2") {
      const parsed = viewArguments.safeParse(args);
      if (!parsed.success) throw invalid("a tensor of it is damaged");
      const [storage, offset, shape, stride] = parsed.data;
      const view: TensorView = { storage, offset, shape, stride };
      views.add(view);
      return view;
    }
    if (name === "torch._utils._rebuild_parameter") return args[0];
    throw invalid(`it refers to ${name}`);
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
  const tensors: StateReader["tensors"] = (state, contents) => {
    if (!(state instanceof Map)) throw invalid("it holds no state dict");
    const inner = WRAPPERS.map((name): unknown => state.get(name)).find((value) => value instanceof Map);
    const found = new Map<string, CheckpointTensor>();
    for (const [key, view] of (inner as Map<unknown, unknown> | undefined) ?? state) {
      const name = String(key);
      if (!views.has(view)) throw invalid(`${name} is no tensor`);
      const values = contents.get((view as TensorView).storage);
      if (values === undefined) throw invalid(`the values of ${name} are missing`);
      found.set(name, materialize(name, view as TensorView, values, invalid));
    }
    return found;
  };
  return { handlers: { call, persistent }, storages, tensors };
}

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

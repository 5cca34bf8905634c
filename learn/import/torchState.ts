/** What both of PyTorch's file formats share: a pickled state dict whose tensors are views into storages. */
import type { ThawError } from "../../spec/errors.js";
import { budgetOf, COSTS } from "./budget.js";
import { ELEMENT_TYPES, type ElementType } from "./elements.js";
import { inertObject, isInert, isModule, moduleTensors } from "./inert.js";
import type { PixelLayers } from "./keras/pixels.js";
import { nameFault, shown } from "./names.js";
import { isGlobal, type PickleGlobal, type PickleHandlers } from "./pickle.js";
import { type CheckpointTensor, type Storage, type TensorView, viewOf, viewsInto } from "./tensorViews.js";

const STORAGE_TYPES = new Map<unknown, ElementType>([
  ["FloatStorage", ELEMENT_TYPES.F32],
  ["HalfStorage", ELEMENT_TYPES.F16],
  ["BFloat16Storage", ELEMENT_TYPES.BF16],
  ["DoubleStorage", ELEMENT_TYPES.F64],
  ["LongStorage", ELEMENT_TYPES.I64],
  ["IntStorage", ELEMENT_TYPES.I32],
]);

const DICTS: ReadonlySet<string> = new Set([
  "collections.OrderedDict",
  "collections.defaultdict",
  "collections.Counter",
]);

/** What scripts of training and modules save beside the weights: options, figures. It is left, and none of it is run. */
const BESIDE_WEIGHTS: ReadonlySet<string> = new Set([
  "__builtin__.set",
  "__builtin__.frozenset",
  "builtins.set",
  "builtins.frozenset",
  "datetime.datetime",
  "functools.partial",
  "torch.jit._pickle.build_boollist",
  "torch.jit._pickle.build_doublelist",
  "torch.jit._pickle.build_intlist",
  "torch.jit._pickle.build_tensorlist",
  "torch.jit._pickle.restore_type_tag",
  "torch.nn.backends.thnn._get_thnn_function_backend",
  "numpy.core.multiarray._reconstruct",
  "numpy._core.multiarray._reconstruct",
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

/** Called with a storage, an offset, a shape and strides; the first is from before PyTorch 0.4. */
const TENSORS: ReadonlySet<string> = new Set([
  "torch._utils._rebuild_tensor",
  "torch._utils._rebuild_tensor_v2",
]);

/** Called with the tensor that they are. */
const PARAMETERS: ReadonlySet<string> = new Set([
  "torch._utils._rebuild_parameter",
  "torch._utils._rebuild_parameter_with_state",
]);

/** What is not read as data stays code, which is never run. */
const SAVE_STATE =
  "load it where its code is, and save its weights alone: torch.save(model.state_dict(), FILE)";

/** Dicts within dicts: an optimizer's state lies deepest, and is no network. */
const DEEPEST = 3;

/** The tensors of one dict in a checkpoint. */
export interface StateDict {
  /** Keys of the dicts that it lies in, joined by dots; empty for the outermost. */
  readonly wrapper: string;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Of the tensors whose numbers are no float32 in the file: what they are, for people. */
  readonly types?: ReadonlyMap<string, string>;
  /** Of a Keras model that scales pixels itself. */
  readonly pixelLayers?: PixelLayers;
  /** @param names those that are wanted @throws ThawError DATA_INVALID when a tensor does not fit its storage */
  read(names: Iterable<string>): Map<string, CheckpointTensor>;
}

/**
 * Tensors that are in memory already.
 * @param types as in {@link StateDict}
 */
export function plainDict(
  tensors: ReadonlyMap<string, CheckpointTensor>,
  types: ReadonlyMap<string, string> = new Map(),
): StateDict {
  return {
    wrapper: "",
    types,
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

/**
 * @param size bytes of the pickles, or of the file that they are in: bounds what reading them may take
 * @param invalid makes the error for what is wrong with the file
 */
export function stateReader(size: number, invalid: (what: string, hint?: string) => ThawError): StateReader {
  const spend = budgetOf(size, invalid);
  const storages = new Map<string, Storage>();
  const views = new Set<unknown>();
  const nameOf = (key: unknown): string => {
    const name = String(key);
    const fault = nameFault(name);
    if (fault !== undefined) throw invalid(fault);
    return name;
  };

  const isStorage = (value: unknown): value is Storage => storages.get((value as Storage)?.key) === value;
  const call = (callee: PickleGlobal, args: readonly unknown[]): unknown => {
    const name = `${callee.module}.${callee.name}`;
    if (DICTS.has(name)) return new Map();
    if (TENSORS.has(name)) {
      const view = viewOf(args, isStorage);
      if (view === undefined) throw invalid("a tensor of it is damaged");
      // Views are told apart by their extents as text.
      spend(COSTS.text * (view.shape.length + view.stride.length));
      views.add(view);
      return view;
    }
    if (PARAMETERS.has(name)) return args[0];
    if (BESIDE_WEIGHTS.has(name)) return null;
    // So are dicts of a class of its own begun; what gets arguments may be a command, whose file nobody should trust.
    if (args.length === 0) return inertObject(callee.module);
    throw invalid(`it refers to ${shown(name)}`, SAVE_STATE);
  };
  const create = (of: PickleGlobal, args: readonly unknown[]): unknown => {
    const name = `${of.module}.${of.name}`;
    return DICTS.has(name) || BESIDE_WEIGHTS.has(name) ? call(of, args) : inertObject(of.module);
  };
  const persistent = (id: unknown): unknown => {
    if (!Array.isArray(id)) throw invalid("it has an unknown persistent id");
    const [what, kind, key, , , view] = id as readonly unknown[];
    // The legacy format keeps the source of a module's class beside its name.
    if (what === "module" && isGlobal(kind)) return kind;
    if (what !== "storage") throw invalid("it has an unknown persistent id");
    if (view !== undefined && view !== null) throw invalid("a storage of it is a view of another one");
    const type = isGlobal(kind) ? STORAGE_TYPES.get(kind.name) : undefined;
    if (type === undefined) {
      throw invalid(`tensors of ${isGlobal(kind) ? shown(kind.name) : "no known type"} are not supported`);
    }
    if (typeof key !== "string" && typeof key !== "number") throw invalid("a storage of it has no key");
    const storage = storages.get(String(key)) ?? { key: nameOf(key), type };
    if (storage.type !== type) throw invalid(`storage ${storage.key} has numbers of two types`);
    storages.set(storage.key, storage);
    return storage;
  };
  const dictOf = (
    wrapper: string,
    own: ReadonlyMap<string, TensorView>,
    tensorOf: ReturnType<typeof viewsInto>,
  ): StateDict => ({
    wrapper,
    shapes: new Map([...own].map(([name, { shape }]) => [name, shape])),
    types: new Map(
      [...own]
        .filter(([, { storage }]) => storage.type !== ELEMENT_TYPES.F32)
        .map(([name, { storage }]) => [name, storage.type.label]),
    ),
    read: (names) => {
      const found = new Map<string, CheckpointTensor>();
      for (const name of names) {
        const view = own.get(name);
        if (view !== undefined) found.set(name, tensorOf(name, view));
      }
      return found;
    },
  });
  const dicts: StateReader["dicts"] = (state, contents) => {
    const found: StateDict[] = [];
    const tensorOf = viewsInto(contents, invalid);
    // Pickles can make a dict that holds itself.
    const seen = new Set<unknown>();
    const search = (value: unknown, keys: readonly string[]): void => {
      if (seen.has(value) || keys.length > DEEPEST) return;
      if (isInert(value)) {
        seen.add(value);
        if (isModule(value))
          add(
            moduleTensors(value, (part) => views.has(part), spend),
            keys,
          );
        else for (const dict of [value.items, value.attributes]) search(dict, keys);
      } else if (value instanceof Map) {
        seen.add(value);
        add(value, keys);
        for (const [key, part] of value) search(part, [...keys, String(key)]);
      }
    };
    const add = (dict: ReadonlyMap<unknown, unknown>, keys: readonly string[]): void => {
      const own = new Map<string, TensorView>();
      for (const [key, value] of dict) {
        if (!views.has(value)) continue;
        spend(COSTS.pair);
        const name = nameOf(key);
        if (own.has(name)) throw invalid(`two tensors in it are called ${name}`);
        own.set(name, value as TensorView);
      }
      if (own.size > 0) {
        const wrapper = keys.map(nameOf).join(".");
        spend(COSTS.dict + COSTS.character * wrapper.length);
        found.push(dictOf(wrapper, own, tensorOf));
      }
    };
    search(state, []);
    if (found.length === 0) throw invalid("it holds no state dict", SAVE_STATE);
    return found;
  };
  return { handlers: { call, create, persistent, spend }, storages, dicts };
}

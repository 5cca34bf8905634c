/**
 * Objects of classes that thaw does not know, as pickles describe them: data. Their classes are names, their attributes
 * and items are what the file says; nothing of them is ever called. A whole network that was saved as such is a tree
 * of them, and its state dict is what PyTorch's `Module.state_dict` would list.
 */
import { COSTS, type Spend } from "./budget.js";

const KIND = Symbol("inert");

export interface InertObject {
  readonly kind: typeof KIND;
  /** Of the class. */
  readonly module: string;
  /** By name; those of slots among them. */
  readonly attributes: Map<unknown, unknown>;
  /** Of a class that is a dict, too. */
  items?: Map<unknown, unknown>;
}

export function isInert(value: unknown): value is InertObject {
  return (value as InertObject | undefined)?.kind === KIND;
}

/** @param module of its class */
export function inertObject(module: string): InertObject {
  return { kind: KIND, module, attributes: new Map() };
}

/** @returns the dict that the object is, too */
export function itemsOf(object: InertObject, spend: Spend): Map<unknown, unknown> {
  if (object.items === undefined) spend(COSTS.dict);
  object.items ??= new Map();
  return object.items;
}

/** What `BUILD` does: a dict of attributes, or that and one of slots. Objects that want it otherwise keep nothing. */
export function setState({ attributes }: InertObject, state: unknown, spend: Spend): void {
  for (const part of Array.isArray(state) ? state.slice(0, 2) : [state]) {
    if (!(part instanceof Map)) continue;
    spend(COSTS.pair * part.size);
    for (const [name, value] of part) attributes.set(name, value);
  }
}

/** A network's modules lie in one another at most so deep; a hundred times what any has. */
const DEEPEST_MODULE = 64;

/** Where PyTorch keeps a module's tensors. */
const TENSORS = ["_parameters", "_buffers"];

/** Whether it is a module of PyTorch, or one that TorchScript wrote, which has its tensors among its attributes. */
export function isModule(object: InertObject): boolean {
  return (
    [...TENSORS, "_modules"].some((name) => object.attributes.get(name) instanceof Map) || isScript(object)
  );
}

function isScript({ module }: InertObject): boolean {
  return module === "__torch__" || module.startsWith("__torch__.");
}

/**
 * The module's state dict.
 * @param isTensor of what the pickle made
 * @param spend counts every module and name: one that is in two places counts twice, as in PyTorch
 */
export function moduleTensors(
  root: InertObject,
  isTensor: (value: unknown) => boolean,
  spend: Spend,
): Map<string, unknown> {
  const found = new Map<string, unknown>();
  // Pickles can make a module that holds itself.
  const above = new Set<InertObject>();
  const walk = (module: InertObject, prefix: string): void => {
    if (above.has(module) || above.size > DEEPEST_MODULE) return;
    spend(COSTS.call);
    above.add(module);
    for (const [key, value] of partsOf(module)) {
      if (typeof key !== "string") continue;
      if (isInert(value) && isModule(value)) walk(value, nameBelow(prefix, key, ".", spend));
      else if (isTensor(value)) found.set(nameBelow(prefix, key, "", spend), value);
    }
    above.delete(module);
  };
  walk(root, "");
  return found;
}

function nameBelow(prefix: string, key: string, end: string, spend: Spend): string {
  spend(COSTS.pair + COSTS.text + COSTS.character * (prefix.length + key.length));
  return prefix + key + end;
}

function* partsOf(module: InertObject): Generator<readonly [unknown, unknown]> {
  if (isScript(module)) yield* module.attributes;
  for (const name of [...TENSORS, "_modules"]) {
    const part = module.attributes.get(name);
    if (part instanceof Map) yield* part;
  }
}

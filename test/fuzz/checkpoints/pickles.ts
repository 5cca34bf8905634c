/** Writes pickles as PyTorch does, operation by operation, so that they can be changed without losing their form. */

/** An operation with what follows it; texts and numbers carry their lengths. */
export type Operation = Buffer;

const OPCODES = {
  mark: "(",
  stop: ".",
  none: "N",
  no: "\x89",
  dict: "}",
  list: "]",
  empty: ")",
  tuple: "t",
  call: "R",
  persistent: "Q",
  items: "u",
  appends: "e",
} as const;

export const op = (name: keyof typeof OPCODES): Operation => Buffer.from(OPCODES[name], "latin1");
/** Any byte as an operation, with what is to follow it. */
export const raw = (code: number, rest: Buffer = Buffer.alloc(0)): Operation =>
  Buffer.concat([Buffer.of(code), rest]);

export function number(value: number): Operation {
  const rest = Buffer.alloc(4);
  rest.writeInt32LE(value);
  return raw(0x4a, rest);
}

export function text(value: string): Operation {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return raw(0x58, Buffer.concat([length, bytes]));
}

export const global = (module: string, name: string): Operation => Buffer.from(`c${module}\n${name}\n`);
export const put = (index: number): Operation => raw(0x71, Buffer.of(index));
export const get = (index: number): Operation => raw(0x68, Buffer.of(index));
const tuple = (values: readonly number[]): Operation[] => [op("mark"), ...values.map(number), op("tuple")];

export interface Tensor {
  readonly name: string;
  readonly storage: string;
  readonly kind: string;
  /** Numbers in the storage. */
  readonly length: number;
  readonly offset?: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

function tensor(given: Tensor, isLegacy: boolean): Operation[] {
  const { storage, kind, length, offset = 0, shape, stride } = given;
  const place = [
    op("mark"),
    text("storage"),
    global("torch", kind),
    text(storage),
    text("cpu"),
    number(length),
  ];
  return [
    global("torch._utils", "_rebuild_tensor_v2"),
    op("mark"),
    ...[...place, ...(isLegacy ? [op("none")] : []), op("tuple"), op("persistent")],
    ...[number(offset), ...tuple(shape), ...tuple(stride), op("no")],
    ...[global("collections", "OrderedDict"), op("empty"), op("call"), op("tuple"), op("call")],
  ];
}

/** A pickle's operations, from the protocol to the end. */
export const pickle = (operations: readonly Operation[]): Operation[] => [
  raw(0x80, Buffer.of(2)),
  ...operations,
  op("stop"),
];

export function stateDict(tensors: readonly Tensor[], isLegacy: boolean): Operation[] {
  const items = tensors.flatMap((one) => [text(one.name), ...tensor(one, isLegacy)]);
  return [global("collections", "OrderedDict"), op("empty"), op("call"), op("mark"), ...items, op("items")];
}

/** A dict of what scripts of training save, by name. */
export function dictOf(entries: Readonly<Record<string, readonly Operation[]>>): Operation[] {
  const items = Object.entries(entries).flatMap(([key, value]) => [text(key), ...value]);
  return [op("dict"), op("mark"), ...items, op("items")];
}

/** An object of a class that nobody knows, as a module of PyTorch has its attributes. */
export function moduleOf(
  tensors: readonly Tensor[],
  children: Readonly<Record<string, readonly Operation[]>>,
): Operation[] {
  const attributes = dictOf({
    training: [op("no")],
    _parameters: stateDict(tensors, false),
    _buffers: dictOf({}),
    _modules: dictOf(children),
  });
  return [global("some.where", "Network"), op("empty"), raw(0x81), ...attributes, raw(0x62)];
}

export const listOf = (texts: readonly string[]): Operation[] => [
  op("list"),
  op("mark"),
  ...texts.map(text),
  op("appends"),
];

/** A list that holds a list twice, and so on: 2^depth leaves out of 6 bytes a level. */
export function laughs(depth: number): Operation[] {
  const pop = raw(0x30);
  const levels = Array.from({ length: depth }, (_, i) => {
    const append = [get(i % 256), raw(0x61)];
    return [op("list"), ...append, ...append, put((i + 1) % 256), pop];
  });
  return [op("list"), put(0), pop, ...levels.flat(), get(depth % 256)];
}

/** The graph of an ONNX file (`onnx.proto`, IR versions 3 onwards): operators, weights and inputs, as data. */
import type { ThawError } from "../../../spec/errors.js";
import { sizeOf } from "../../network/parameters.js";
import { budgetOf, COSTS } from "../budget.js";
import { ELEMENT_TYPES, type ElementType } from "../elements.js";
import { shown } from "../names.js";
import type { CheckpointTensor } from "../tensorViews.js";
import { type Field, fieldsOf, integersOf, type Reading, textOf } from "./messages.js";

/** A tensor whose numbers are still in the file. */
export interface OnnxTensor {
  readonly shape: readonly number[];
  /** What its numbers are, for people; undefined where thaw does not read them. */
  readonly type: string | undefined;
  /** @throws ThawError DATA_INVALID where its numbers are missing or elsewhere */
  read(): CheckpointTensor;
  /** Of a short list of whole numbers. @throws ThawError DATA_INVALID where it is none, or is long */
  integers(): readonly number[];
}

export interface OnnxNode {
  readonly operator: string;
  /** May be empty. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly integers: ReadonlyMap<string, readonly number[]>;
  readonly floats: ReadonlyMap<string, number>;
  readonly texts: ReadonlyMap<string, string>;
  /** Of a constant. */
  readonly tensor?: OnnxTensor;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  /** By name. */
  readonly weights: ReadonlyMap<string, OnnxTensor>;
  /** Names of what the graph is given, weights left out, with their extents; NaN where one is open. */
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Names of what it gives. */
  readonly outputs: readonly string[];
}

/** @param invalid makes the error for what is wrong @throws ThawError by `invalid` */
export function onnxGraph(file: Buffer, invalid: (what: string, hint?: string) => ThawError): OnnxGraph {
  const reading: Reading = { spend: budgetOf(file.length, invalid), invalid };
  const graph = one(file, 7, reading);
  if (graph === undefined) throw invalid("it holds no graph");
  requireKnownOperators(file, reading);
  const nodes: OnnxNode[] = [];
  const weights = new Map<string, OnnxTensor>();
  const inputs: { name: string; shape: readonly number[] }[] = [];
  const outputs: string[] = [];
  for (const field of fieldsOf(graph, reading)) {
    if (field.number === 1) nodes.push(nodeOf(field.bytes, reading));
    if (field.number === 5) {
      const { name, tensor } = tensorOf(field.bytes, reading);
      if (weights.has(name)) throw invalid(`two weights in it are called ${shown(name)}`);
      weights.set(name, tensor);
    }
    if (field.number === 11) inputs.push(inputOf(field.bytes, reading));
    if (field.number === 12) outputs.push(inputOf(field.bytes, reading).name);
  }
  return { nodes, weights, inputs: inputs.filter(({ name }) => !weights.has(name)), outputs };
}

/** Until then sums were stretched, and norms and dropout told of training, in ways of their own. */
const OLDEST = 7;

/** @throws ThawError by `invalid` where the file means other operators than those of today by the same names */
function requireKnownOperators(file: Buffer, reading: Reading): void {
  for (const { number, bytes } of fieldsOf(file, reading)) {
    if (number !== 8) continue;
    let [domain, version] = ["", Number.NaN];
    for (const field of fieldsOf(bytes, reading)) {
      if (field.number === 1) domain = textOf(field, reading);
      if (field.number === 2) version = field.value;
    }
    if ((domain === "" || domain === "ai.onnx") && version < OLDEST)
      throw reading.invalid(
        `its operators are of opset ${version}, which mean other things than those of today`,
        "convert it: onnx.version_converter.convert_version(model, 17)",
      );
  }
}

/** The last of a message's fields of that number, as protobuf has it. */
function one(message: Buffer, number: number, reading: Reading): Buffer | undefined {
  let found: Buffer | undefined;
  for (const field of fieldsOf(message, reading)) if (field.number === number) found = field.bytes;
  return found;
}

/** A message of two bytes becomes an object with maps and lists. */
const OBJECT = 4 * COSTS.dict;

function nodeOf(message: Buffer, reading: Reading): OnnxNode {
  const node = { inputs: [] as string[], outputs: [] as string[], operator: "", name: "", domain: "" };
  const [integers, floats] = [new Map<string, readonly number[]>(), new Map<string, number>()];
  const texts = new Map<string, string>();
  let tensor: OnnxTensor | undefined;
  for (const field of fieldsOf(message, reading)) {
    if (field.number === 1) node.inputs.push(textOf(field, reading));
    if (field.number === 2) node.outputs.push(textOf(field, reading));
    if (field.number === 3) node.name = textOf(field, reading);
    if (field.number === 4) node.operator = textOf(field, reading);
    if (field.number === 7) node.domain = textOf(field, reading);
    if (field.number === 5) tensor = attribute(field.bytes, { integers, floats, texts }, reading) ?? tensor;
  }
  reading.spend(OBJECT);
  // An operator of somebody's own may have any name.
  const isOnnx = node.domain === "" || node.domain === "ai.onnx";
  const operator = isOnnx ? node.operator : `${node.domain}.${node.operator}`;
  const { name, inputs, outputs } = node;
  return {
    operator,
    name,
    inputs,
    outputs,
    integers,
    floats,
    texts,
    ...(tensor === undefined ? {} : { tensor }),
  };
}

interface Attributes {
  readonly integers: Map<string, readonly number[]>;
  readonly floats: Map<string, number>;
  readonly texts: Map<string, string>;
}

/** @returns the tensor that it is, if it is one */
function attribute(message: Buffer, into: Attributes, reading: Reading): OnnxTensor | undefined {
  let name = "";
  let tensor: OnnxTensor | undefined;
  const integers: number[] = [];
  for (const field of fieldsOf(message, reading)) {
    if (field.number === 1) name = textOf(field, reading);
    if (field.number === 2)
      into.floats.set(name, field.bytes.length < 4 ? Number.NaN : field.bytes.readFloatLE());
    if (field.number === 3) integers.push(field.value);
    if (field.number === 4) into.texts.set(name, textOf(field, reading));
    if (field.number === 5) tensor = tensorOf(field.bytes, reading).tensor;
    if (field.number === 8) for (const value of integersOf(field, reading)) integers.push(value);
  }
  reading.spend(COSTS.call);
  if (integers.length > 0) into.integers.set(name, integers);
  return tensor;
}

/** By the numbers of `TensorProto.DataType`. */
const TYPES: Readonly<Record<number, ElementType>> = {
  1: ELEMENT_TYPES.F32,
  10: ELEMENT_TYPES.F16,
  11: ELEMENT_TYPES.F64,
  16: ELEMENT_TYPES.BF16,
};

/** Likewise: those that count and index, and truths. */
const WHOLE: Readonly<Record<number, { readonly bytes: number; read(data: Buffer, at: number): number }>> = {
  6: { bytes: 4, read: (data, at) => data.readInt32LE(at) },
  7: { bytes: 8, read: (data, at) => Number(data.readBigInt64LE(at)) },
  9: { bytes: 1, read: (data, at) => data.readUInt8(at) },
};
/** Shapes, axes and pads are short. */
const MOST_INTEGERS = 4096;

function tensorOf(message: Buffer, reading: Reading): { readonly name: string; readonly tensor: OnnxTensor } {
  const shape: number[] = [];
  const listed: Field[] = [];
  let [name, type, data, isElsewhere] = ["", 0, undefined as Field | undefined, false];
  for (const field of fieldsOf(message, reading)) {
    if (field.number === 1) for (const extent of integersOf(field, reading)) shape.push(extent);
    if (field.number === 2) type = field.value;
    if (field.number === 8) name = textOf(field, reading);
    // Raw bytes, or float32 numbers packed, which are the same.
    if (field.number === 9 || field.number === 4) data = field;
    // Whole numbers of 32 or of 64 bits, one after another or packed.
    if (field.number === 5 || field.number === 7) listed.push(field);
    if (field.number === 14) isElsewhere = field.value === 1;
  }
  reading.spend(OBJECT);
  const element = TYPES[type];
  const read = (): CheckpointTensor => {
    if (isElsewhere) {
      throw reading.invalid(
        `the numbers of ${shown(name)} are in another file`,
        "save it as one file: onnx.save_model(model, FILE, save_as_external_data=False)",
      );
    }
    if (element === undefined) throw reading.invalid(`the numbers of ${shown(name)} are of type ${type}`);
    const size = shape.every((extent) => extent >= 0) ? sizeOf(shape) * element.bytes : Number.NaN;
    const bytes = data?.bytes ?? halvesOf(listed, element, reading);
    if (bytes.length !== size) throw reading.invalid(`${shown(name)} is cut short`);
    return { shape, data: element.read(bytes) };
  };
  const integers = (): readonly number[] => {
    const length = shape.every((extent) => extent >= 0) ? sizeOf(shape) : Number.NaN;
    const whole = WHOLE[type];
    if (whole === undefined || isElsewhere || !(length <= MOST_INTEGERS))
      throw reading.invalid(`${shown(name)} is no short list of whole numbers`);
    reading.spend(COSTS.entry * length);
    const bytes = data?.bytes;
    const isWhole = bytes?.length === length * whole.bytes;
    const found = isWhole
      ? Array.from({ length }, (_, i) => whole.read(bytes, i * whole.bytes))
      : listed.flatMap((field) => integersOf(field, reading));
    if (found.length !== length) throw reading.invalid(`${shown(name)} is cut short`);
    return found;
  };
  return { name, tensor: { shape, type: element?.label, read, integers } };
}

/** Numbers of two bytes may be listed as whole numbers with the same bits. */
function halvesOf(listed: readonly Field[], { bytes }: ElementType, reading: Reading): Buffer {
  const bits = bytes === 2 ? listed.flatMap((field) => integersOf(field, reading)) : [];
  return Buffer.from(Uint16Array.from(bits).buffer);
}

function inputOf(
  message: Buffer,
  reading: Reading,
): { readonly name: string; readonly shape: readonly number[] } {
  let [name, type] = ["", undefined as Buffer | undefined];
  for (const field of fieldsOf(message, reading)) {
    if (field.number === 1) name = textOf(field, reading);
    if (field.number === 2) type = field.bytes;
  }
  reading.spend(OBJECT);
  const tensor = type === undefined ? undefined : one(type, 1, reading);
  const extents = tensor === undefined ? undefined : one(tensor, 2, reading);
  const shape: number[] = [];
  if (extents !== undefined) {
    for (const { number, bytes } of fieldsOf(extents, reading)) {
      if (number !== 1) continue;
      const [extent] = [...fieldsOf(bytes, reading)].filter((field) => field.number === 1);
      const known = extent?.value ?? Number.NaN;
      shape.push(known > 0 ? known : Number.NaN);
    }
  }
  return { name, shape };
}

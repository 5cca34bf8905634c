/** The graph of an ONNX file (`onnx.proto`, IR versions 3 onwards): operators, weights and inputs, as data. */
import type { ThawError } from "../../../spec/errors.js";
import { budgetOf, COSTS } from "../budget.js";
import { shown } from "../names.js";
import { fieldsOf, floatsOf, integersOf, type Reading, textOf } from "./messages.js";
import type { OnnxNode } from "./node.js";
import { unfused } from "./optimized.js";
import { type Elsewhere, OBJECT, type OnnxTensor, tensorOf } from "./tensors.js";

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  /** By name. */
  readonly weights: ReadonlyMap<string, OnnxTensor>;
  /** Names of what the graph is given, weights left out, with their extents; NaN where one is open. */
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Names of what it gives. */
  readonly outputs: readonly string[];
  /** Files beside its own that numbers are in, to be filled in before those are read. */
  readonly elsewhere: Elsewhere;
}

/** @param invalid makes the error for what is wrong @throws ThawError by `invalid` */
export function onnxGraph(file: Buffer, invalid: (what: string, hint?: string) => ThawError): OnnxGraph {
  const reading: Reading = { spend: budgetOf(file.length, invalid), invalid };
  const elsewhere: Elsewhere = new Map();
  const graph = one(file, 7, reading);
  if (graph === undefined) throw invalid("it holds no graph");
  requireKnownOperators(file, reading);
  const nodes: OnnxNode[] = [];
  const weights = new Map<string, OnnxTensor>();
  const inputs: { name: string; shape: readonly number[] }[] = [];
  const outputs: string[] = [];
  for (const field of fieldsOf(graph, reading)) {
    if (field.number === 1) nodes.push(...unfused(nodeOf(field.bytes, reading, elsewhere)));
    if (field.number === 5) {
      const { name, tensor } = tensorOf(field.bytes, reading, elsewhere);
      if (weights.has(name)) throw invalid(`two weights in it are called ${shown(name)}`);
      weights.set(name, tensor);
    }
    if (field.number === 11) inputs.push(inputOf(field.bytes, reading));
    if (field.number === 12) outputs.push(inputOf(field.bytes, reading).name);
  }
  return { nodes, weights, inputs: inputs.filter(({ name }) => !weights.has(name)), outputs, elsewhere };
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

function nodeOf(message: Buffer, reading: Reading, elsewhere: Elsewhere): OnnxNode {
  const node = { inputs: [] as string[], outputs: [] as string[], operator: "", name: "", domain: "" };
  const [integers, floats] = [new Map<string, readonly number[]>(), new Map<string, number>()];
  const [texts, lists] = [new Map<string, string>(), new Map<string, readonly number[]>()];
  let tensor: OnnxTensor | undefined;
  for (const field of fieldsOf(message, reading)) {
    if (field.number === 1) node.inputs.push(textOf(field, reading));
    if (field.number === 2) node.outputs.push(textOf(field, reading));
    if (field.number === 3) node.name = textOf(field, reading);
    if (field.number === 4) node.operator = textOf(field, reading);
    if (field.number === 7) node.domain = textOf(field, reading);
    if (field.number === 5)
      tensor = attribute(field.bytes, { integers, floats, texts, lists, elsewhere }, reading) ?? tensor;
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
    lists,
    ...(tensor === undefined ? {} : { tensor }),
  };
}

interface Attributes {
  readonly integers: Map<string, readonly number[]>;
  readonly floats: Map<string, number>;
  readonly texts: Map<string, string>;
  readonly lists: Map<string, readonly number[]>;
  readonly elsewhere: Elsewhere;
}

/** @returns the tensor that it is, if it is one */
function attribute(message: Buffer, into: Attributes, reading: Reading): OnnxTensor | undefined {
  let name = "";
  let tensor: OnnxTensor | undefined;
  const [integers, listed]: [number[], number[]] = [[], []];
  for (const field of fieldsOf(message, reading)) {
    if (field.number === 1) name = textOf(field, reading);
    if (field.number === 2) into.floats.set(name, floatsOf(field, reading)[0] ?? Number.NaN);
    if (field.number === 3) integers.push(field.value);
    if (field.number === 4) into.texts.set(name, textOf(field, reading));
    if (field.number === 5) tensor = tensorOf(field.bytes, reading, into.elsewhere).tensor;
    if (field.number === 7) for (const value of floatsOf(field, reading)) listed.push(value);
    if (field.number === 8) for (const value of integersOf(field, reading)) integers.push(value);
  }
  reading.spend(COSTS.call);
  if (listed.length > 0) into.lists.set(name, listed);
  if (integers.length > 0) into.integers.set(name, integers);
  return tensor;
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

/**
 * Follows an architecture through the graph of an ONNX file: each unit has to be there as a convolution with its shape,
 * strides and padding, with or without a batch norm after it, and nothing may lie between or branch off. So the names
 * that an exporter gives do not matter, and a network that only has the same shapes is refused.
 */
import type { ThawError } from "../../../spec/errors.js";
import {
  type Architecture,
  type Block,
  type ConvUnit,
  kernelShape,
  type Unit,
} from "../../bases/architecture.js";
import { windowsAlong } from "../../bases/extent.js";
import type { Pooling } from "../../network/ops.js";
import { shown } from "../names.js";
import { samePads } from "./any/windows.js";
import type { OnnxGraph } from "./graph.js";
import type { OnnxNode } from "./node.js";
import type { OnnxTensor } from "./tensors.js";

/** Where the parameters of a unit are. */
export interface FoundUnit {
  readonly kernel: OnnxTensor;
  readonly bias?: OnnxTensor;
  /** gamma, beta, mean, variance; absent where they were folded into kernel and bias. */
  readonly norm?: readonly OnnxTensor[];
  /** Of the norm. */
  readonly epsilon: number;
}

type Invalid = (what: string, hint?: string) => ThawError;

/** A place in the graph: the name of what was computed, and the side of the square image that it is. */
interface Place {
  readonly name: string;
  /** NaN where the file leaves the size open. */
  readonly side: number;
}

/** @returns the units by name @throws ThawError by `invalid` with the first operator that does not fit */
export function walkGraph(
  { groups }: Architecture,
  graph: OnnxGraph,
  invalid: Invalid,
): ReadonlyMap<string, FoundUnit> {
  const walk = walkerOf(graph, invalid);
  let place = walk.start();
  for (const block of groups.flatMap((group) => group.blocks)) place = walk.pass(block, place);
  walk.end(place);
  return walk.units;
}

/** What of a block is followed; another one would be passed over in silence. */
const KNOWN = new Set(["name", "units", "residual", "projection", "activation", "pool"]);
const KNOWN_OF_UNIT = new Set([
  ...["name", "kind", "kernel", "stride", "padding", "inChannels", "outChannels", "activation", "groups"],
]);

function walkerOf(graph: OnnxGraph, invalid: Invalid) {
  const { consumers, weight } = lookUp(graph);
  const units = new Map<string, FoundUnit>();
  const used = new Set<OnnxNode>();
  const passed: string[] = [];

  const misfit = (node: OnnxNode | undefined, wanted: string): ThawError =>
    invalid(
      node === undefined
        ? `the graph ends where there should be ${wanted}`
        : `there is a ${describe(node)} where there should be ${wanted}`,
      "is it a network of the architecture that the base names, exported from its framework as it is?",
    );
  const take = (node: OnnxNode): string => {
    used.add(node);
    const [output = ""] = node.outputs;
    passed.push(output);
    return output;
  };
  /** The only operator that goes on from there. */
  const only = (name: string, operators: readonly string[], wanted: string): OnnxNode => {
    const all = consumers(name);
    const [node] = all;
    if (node === undefined || all.length > 1 || !operators.includes(node.operator)) {
      throw misfit(all.find(({ operator }) => !operators.includes(operator)) ?? all[1] ?? node, wanted);
    }
    return node;
  };
  const activate = (name: string, activation: string): string => {
    if (activation === "none") return name;
    if (activation !== "relu" && activation !== "relu6")
      throw invalid(`the activation ${activation} is not looked for in graphs`);
    const node = only(name, activation === "relu" ? ["Relu"] : ["Clip"], `the activation ${activation}`);
    if (activation === "relu6" && !isClip(node, weight)) {
      throw misfit(node, `the activation ${activation}`);
    }
    return take(node);
  };
  const convolve = (unit: Unit, { name, side }: Place): Place => {
    if (!isFollowed(unit)) {
      throw invalid(`units such as the architecture's ${unit.name} are not looked for in graphs`);
    }
    const [height, width, input, output] = kernelShape(unit);
    const shape = unit.kind === "depthwise" ? [input, 1, height, width] : [output, input, height, width];
    const wanted = `a convolution [${shape.join(", ")}] with stride ${unit.stride} and padding ${unit.padding} (${unit.name})`;
    const fits = (node: OnnxNode): boolean =>
      node.operator === "Conv" &&
      !used.has(node) &&
      sameNumbers(weight(node.inputs[1])?.shape, shape) &&
      isWindow(node, { kernel: height, stride: unit.stride, padding: unit.padding }, side) &&
      (node.integers.get("group")?.[0] ?? 1) === groupsOf(unit);
    const [node, other] = consumers(name).filter(fits);
    if (node === undefined || other !== undefined) {
      throw misfit(other ?? consumers(name).find((one) => !used.has(one)), wanted);
    }
    const kernel = weight(node.inputs[1]);
    if (kernel === undefined) throw misfit(node, wanted);
    const bias = weight(node.inputs[2]);
    if (bias === undefined && (node.inputs[2] ?? "") !== "") throw misfit(node, wanted);
    let next = take(node);
    const [norm] = consumers(next);
    const found = { kernel, ...(bias === undefined ? {} : { bias }), epsilon: 0 };
    if (norm?.operator === "BatchNormalization") {
      only(next, ["BatchNormalization"], "a batch norm");
      const parts = norm.inputs.slice(1, 5).flatMap((part) => weight(part) ?? []);
      if (parts.length < 4) throw misfit(norm, "a batch norm with weights of its own");
      units.set(unit.name, { ...found, norm: parts, epsilon: norm.floats.get("epsilon") ?? 1e-5 });
      next = take(norm);
    } else units.set(unit.name, found);
    return { name: activate(next, unit.activation), side: windowsAlong(side, { ...unit, kernel: height }) };
  };
  const pool = ({ name, side }: Place, pooling: Pooling): Place => {
    const wanted = `max pooling of ${pooling.kernel} with stride ${pooling.stride}`;
    const node = only(name, ["MaxPool"], wanted);
    const size = node.integers.get("kernel_shape") ?? [];
    const isRounded = (node.integers.get("ceil_mode")?.[0] ?? 0) !== 0;
    if (!sameNumbers(size, [pooling.kernel, pooling.kernel]) || !isWindow(node, pooling, side) || isRounded) {
      throw misfit(node, wanted);
    }
    return { name: take(node), side: windowsAlong(side, pooling) };
  };

  return {
    units,
    start: (): Place => {
      const [input, other] = graph.inputs;
      if (input === undefined || other !== undefined) {
        throw invalid(`it has ${graph.inputs.length} inputs instead of one picture`);
      }
      const [, , height = Number.NaN, width = Number.NaN] = input.shape;
      const [node] = consumers(input.name);
      const isTurned = node?.operator === "Transpose" && sameNumbers(node.integers.get("perm"), [0, 3, 1, 2]);
      // As TensorFlow has it, rows and columns come before the channels.
      const side = isTurned ? (input.shape[1] ?? Number.NaN) : height === width ? height : Number.NaN;
      passed.push(input.name);
      return { name: isTurned ? take(node) : input.name, side };
    },
    pass: (block: Block, start: Place): Place => {
      if (!Object.keys(block).every((key) => KNOWN.has(key))) {
        throw invalid(`blocks such as the architecture's ${block.name} are not looked for in graphs`);
      }
      let place = block.units.reduce<Place>((from, unit) => convolve(unit, from), start);
      if (block.residual) {
        const { projection } = block;
        const other = projection === undefined ? start : convolve(projection, start);
        const node = only(place.name, ["Add"], `a sum (${block.name})`);
        if (!node.inputs.includes(other.name)) throw misfit(node, `a sum with the input of ${block.name}`);
        place = { ...place, name: take(node) };
      }
      place = { ...place, name: activate(place.name, block.activation ?? "none") };
      return block.pool === undefined ? place : pool(place, block.pool);
    },
    end: ({ name }: Place): void => {
      const [node] = consumers(name);
      if (node !== undefined && !AVERAGES.includes(node.operator))
        throw misfit(node, "an average over the image");
      for (const one of passed) {
        const other = one === name ? undefined : consumers(one).find((consumer) => !used.has(consumer));
        if (other !== undefined) throw misfit(other, "nothing that branches off");
      }
    },
  };
}

function groupsOf(unit: ConvUnit): number {
  if (unit.kind === "grouped") return unit.groups;
  return unit.kind === "depthwise" ? unit.inChannels : 1;
}

/** A square convolution of all channels, of groups of them or of each, with a batch norm. */
function isFollowed(unit: Unit): unit is ConvUnit & { readonly kernel: number } {
  const isConv = unit.kind === "full" || unit.kind === "depthwise" || unit.kind === "grouped";
  const isPlain = isConv && typeof unit.kernel === "number";
  return isPlain && Object.keys(unit).every((key) => KNOWN_OF_UNIT.has(key));
}

/** The first of them is what the others come down to. */
const AVERAGES = ["GlobalAveragePool", "ReduceMean", "AveragePool"];

function describe({ operator, outputs }: OnnxNode): string {
  return `${shown(operator)} (${shown(outputs[0] ?? "")})`;
}

function sameNumbers(a: readonly number[] | undefined, b: readonly number[]): boolean {
  return a !== undefined && a.length === b.length && a.every((value, i) => value === b[i]);
}

/** Names that stand for others and constants count as what they are. */
function lookUp({ nodes, weights }: OnnxGraph) {
  const [readers, makers] = [new Map<string, OnnxNode[]>(), new Map<string, OnnxNode>()];
  for (const node of nodes) {
    for (const output of node.outputs) makers.set(output, node);
    for (const input of new Set(node.inputs)) {
      const own = readers.get(input) ?? [];
      own.push(node);
      readers.set(input, own);
    }
  }
  const weight = (name: string | undefined): OnnxTensor | undefined => {
    let known = name;
    // Names may stand for each other, round in a circle.
    for (let i = 0; i <= MOST_NAMES && known !== undefined && known !== ""; i++) {
      const found = weights.get(known);
      if (found !== undefined) return found;
      const maker = makers.get(known);
      if (maker?.operator === "Constant") return maker.tensor;
      if (maker?.operator !== "Identity") return undefined;
      known = maker.inputs[0];
    }
    return undefined;
  };
  return { consumers: (name: string): readonly OnnxNode[] => readers.get(name) ?? [], weight };
}

/** Exporters let one name stand for another; none needs more of them. */
const MOST_NAMES = 16;

const SIX = 6;

/** Bounds are attributes until version 11 of the operators, and weights since. */
function isClip(
  { inputs, floats }: OnnxNode,
  weight: (name: string | undefined) => OnnxTensor | undefined,
): boolean {
  const bounds = [floats.get("min"), floats.get("max")];
  const given = inputs.slice(1, 3).map((name) => weight(name)?.read().data[0]);
  return sameNumbers([given[0] ?? bounds[0] ?? Number.NaN, given[1] ?? bounds[1] ?? Number.NaN], [0, SIX]);
}

/** Whether strides and padding are those of the window, over an image of that side. */
function isWindow(
  { integers, texts }: OnnxNode,
  { kernel, stride, padding }: Pooling,
  side: number,
): boolean {
  if (!sameNumbers(integers.get("strides") ?? [1, 1], [stride, stride])) return false;
  if ((integers.get("dilations") ?? [1]).some((dilation) => dilation !== 1)) return false;
  const automatic = texts.get("auto_pad") ?? "NOTSET";
  const pads = automatic === "VALID" ? [0, 0, 0, 0] : (integers.get("pads") ?? [0, 0, 0, 0]);
  if (automatic.startsWith("SAME")) return automatic === "SAME_UPPER" && padding === "same";
  if (padding !== "same") return sameNumbers(pads, [padding, padding, padding, padding]);
  // Without a stride the side does not matter; with one, how much is added depends on it, and an odd pixel comes last.
  const [before, after] = samePads(stride === 1 ? 1 : side, kernel, stride);
  return sameNumbers(pads, [before, before, after, after]);
}

/** Any ConvNet of common operators from an ONNX file, as an architecture of its own with layer groups by resolution. */
import type { ShownBands } from "../../../../spec/base.js";
import { ThawError } from "../../../../spec/errors.js";
import type { Architecture, LayerGroup } from "../../../bases/architecture.js";
import { throughGroups } from "../../../bases/extent.js";
import type { Parameters } from "../../../network/parameters.js";
import type { Spend } from "../../budget.js";
import { type DataPaths, readGraph } from "../dataFiles.js";
import type { OnnxGraph } from "../graph.js";
import { arranged, type Item } from "./arrange/arrange.js";
import { turnsColours } from "./doubts/colours.js";
import { type Followed, type FollowOptions, follow } from "./follow.js";
import { fused } from "./fused.js";
import { type Grouping, groupingOf } from "./groups.js";
import type { ConvStep } from "./steps.js";
import { blockOf, isFixed, normsOf } from "./units.js";

export interface OnnxNetwork {
  readonly architecture: Architecture;
  readonly parameters: Parameters;
  /** Side of the square input in pixels. */
  readonly size: number;
  /** What the graph calls the image that the features are means of. */
  readonly output: string;
  /** The first operator that was left above it; absent where nothing was. */
  readonly head?: string;
  /** Layer groups that can be trained. */
  readonly tunable: number;
  /** Whether some kernels stand for a structure, so that what lies below the layer groups must not be trained. */
  readonly hasFixedPart: boolean;
  /** Channels of its picture, and which of them are red, green and blue; absent where it takes these. */
  readonly bands?: ShownBands;
  /** Types of its numbers in the file that are not float32. */
  readonly converted: readonly string[];
  /** What the graph multiplies its pixels by before anything else, where it does: the largest of the channels'. */
  readonly factor?: number;
  /** Whether red and blue change places in it before anything else. */
  readonly turnsColours: boolean;
  /** Whether it has no batch norms. */
  readonly isFolded: boolean;
  /** Whether the graph computes kernels of others, as standardised weights are: those that came out were taken. */
  readonly isComputed: boolean;
}

/** Where no norm says otherwise. */
const EPSILON = 1e-5;
/** A weight may be read for several operators, and by some for weights that are computed; a file asks for no more than this many times its bytes, and this. */
const TIMES = 12;
const AT_LEAST = 64 * 2 ** 20;

/** Side of the input, where the graph leaves it open, and the value that the features are means of. */
export interface AskedNetwork extends Pick<FollowOptions, "size" | "output" | "bands"> {
  /** Whether it takes pixels in the order blue, green, red: what is read then takes red, green, blue. */
  readonly blueFirst?: boolean;
  /** Where its other files are; beside it when left out. */
  readonly data?: DataPaths;
}

/**
 * @throws ThawError DATA_INVALID with the first operator that is not understood, and what to do; USAGE for what was asked
 */
export async function readOnnxNetwork(
  path: string,
  { blueFirst = false, data, ...asked }: AskedNetwork,
): Promise<OnnxNetwork> {
  const thrown =
    (code: "DATA_INVALID" | "USAGE") =>
    (what: string, hint?: string): ThawError =>
      new ThawError(code, `${path} cannot be a base: ${what}`, hint === undefined ? {} : { hint });
  const invalid = thrown("DATA_INVALID");
  const { graph, bytes } = await readGraph(path, invalid, data);
  const spend = weightsOf(bytes, invalid);
  const followed = follow(graph, { ...asked, spend, invalid, usage: thrown("USAGE") });
  if (blueFirst && followed.bands !== undefined)
    throw thrown("USAGE")(
      followed.bands.count === 1
        ? "its pictures are grey, which have no order of colours"
        : "--bands says itself which channels are red, green and blue",
      "leave --colour-order out",
    );
  return { ...networkOf(followed, { spend, invalid, blueFirst }), converted: converted(graph) };
}

function weightsOf(size: number, invalid: FollowOptions["invalid"]): Spend {
  let left = AT_LEAST + TIMES * size;
  return (bytes) => {
    left -= bytes;
    if (!(left >= 0)) throw invalid("its operators take more weights than the file has");
  };
}

const converted = ({ weights }: OnnxGraph): readonly string[] => [
  ...new Set(
    [...weights.values()].flatMap(({ type }) => (type === undefined || type === "float32" ? [] : [type])),
  ),
];

interface Making extends Pick<FollowOptions, "spend" | "invalid"> {
  readonly blueFirst: boolean;
}

function networkOf(
  followed: Followed,
  { spend, invalid, blueFirst }: Making,
): Omit<OnnxNetwork, "converted"> {
  const { steps, feature, output, head, size, bands } = followed;
  const items = arranged(steps, feature, invalid);
  const before =
    bands !== undefined ? [{ one: coloursOf(size, bands) }] : blueFirst ? [{ one: coloursTurned(size) }] : [];
  const parts = fused([...before, ...items]);
  const { groups, tunable }: Grouping = groupingOf(parts, size);
  if (groups.length === 0) throw invalid("it has no convolution of more than one pixel below its features");
  const norms = parts.flatMap(normsOf);
  const epsilon = norms.reduce((least, norm) => Math.min(least, norm.epsilon), norms[0]?.epsilon ?? EPSILON);
  const parameters = new Map<string, Parameters extends ReadonlyMap<string, infer P> ? P : never>();
  const named = groups.map((group): LayerGroup => {
    const blocks = group.parts.map((part, index) => {
      const made = blockOf(part, `${group.name}.${index}`, { epsilon, spend });
      for (const [name, value] of made.parameters) parameters.set(name, value);
      return made.block;
    });
    return { name: group.name, blocks };
  });
  const end = steps[feature];
  const architecture: Architecture = { groups: named, features: end?.channels ?? 0, epsilon };
  const reached = throughGroups(architecture, 0, named.length, { side: size, channels: 3 });
  if (reached.side !== end?.side || reached.channels !== end.channels)
    throw new Error(`a network was put together wrongly: ${JSON.stringify(reached)}`);
  return {
    ...{ architecture, parameters, size, output, tunable },
    ...(bands === undefined ? {} : { bands }),
    ...(head === undefined ? {} : { head }),
    hasFixedPart: parts.some(isFixed),
    isFolded: norms.length === 0,
    isComputed: steps.some((step) => step.kind === "conv" && step.isComputed === true),
    turnsColours: turnsColours(steps),
    ...factorOf(items),
  };
}

/** Each channel is given the colour that it is for, nought, or where a single one is shown the mean of red, green and blue. */
function coloursOf(side: number, { count, shown }: ShownBands): ConvStep {
  const data = new Float32Array(3 * count);
  for (const [colour, band] of (shown.length === 1 ? [shown[0], shown[0], shown[0]] : shown).entries())
    data[((band ?? 1) - 1) * 3 + colour] = shown.length === 1 ? 1 / 3 : 1;
  return ofColours(side, count, data);
}

/** Red and blue change places. */
const coloursTurned = (side: number): ConvStep =>
  ofColours(side, 3, Float32Array.of(0, 0, 1, 0, 1, 0, 1, 0, 0));

/** @param data `[channels, 3]` */
function ofColours(side: number, channels: number, data: Float32Array): ConvStep {
  const made = { from: "the input", channels, side, input: 0, groups: 1, stride: 1, padding: 0 };
  return { kind: "conv", ...made, isFixed: false, kernel: { shape: [channels, 3, 1, 1], data } };
}

function factorOf(items: readonly Item[]): { readonly factor?: number } {
  // Channels that change places, and pictures that become larger or smaller, are still pixels.
  const begin = items.findIndex((item) => !("one" in item) || !PIXELS.has(item.one.kind));
  const [scaling] = items.slice(begin);
  const [first] = fused(items.slice(begin));
  const isScale =
    begin >= 0 &&
    first?.kind === "conv" &&
    scaling !== undefined &&
    "one" in scaling &&
    scaling.one.kind === "affine";
  return isScale
    ? { factor: first.conv.kernel.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) }
    : {};
}

const PIXELS: ReadonlySet<string> = new Set(["choice", "resize"]);

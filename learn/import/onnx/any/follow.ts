/**
 * Follows any graph of common operators from the picture up to the features, the image that its classifier begins with.
 * What lies above is of no interest; what lies below has to be understood, operator by operator.
 */
import type { ShownBands } from "../../../../spec/base.js";
import type { ThawError } from "../../../../spec/errors.js";
import { MOST_BANDS, shownBands } from "../../bands.js";
import type { Spend } from "../../budget.js";
import { shown } from "../../names.js";
import type { OnnxGraph } from "../graph.js";
import type { OnnxNode } from "../node.js";
import { refuseScores } from "./doubts/scores.js";
import { passed } from "./operators.js";
import type { Step, StepIndex } from "./steps.js";
import { type Following, type Image, imageOf, labelOf, settled, stepSoFar, type Value } from "./values.js";

export interface Followed {
  readonly steps: readonly Step[];
  /** The step whose image the features are means of. */
  readonly feature: StepIndex;
  /** What the graph calls it. */
  readonly output: string;
  /** The first operator that is left, of those that make something of the features. */
  readonly head?: string;
  /** Side of the input in pixels. */
  readonly size: number;
  /** Channels of its picture, and which of them are red, green and blue; absent where it takes these. */
  readonly bands?: ShownBands;
}

export interface FollowOptions {
  /** Which of its channels are red, green and blue, where it takes others. */
  readonly bands?: readonly number[];
  /** Side of the input where the graph leaves it open. */
  readonly size?: number;
  /** Name of the value that the features are means of. */
  readonly output?: string;
  readonly spend: Spend;
  readonly invalid: (what: string, hint?: string) => ThawError;
  /** For what was asked, not for what the file holds. */
  readonly usage: (what: string, hint: string) => ThawError;
}

/** Networks of today have some thousands of operators, and of channels. */
const MOST_STEPS = 10_000;
const MOST_CHANNELS = 65_536;
const MOST_PIXELS = 4096;

/** @throws ThawError with the first operator that is not understood */
export function follow(graph: OnnxGraph, options: FollowOptions): Followed {
  const { invalid, usage, spend, output: asked } = options;
  const start = pictureOf(graph, options);
  const steps: Step[] = [start.picture];
  const wanted = asked === undefined ? graph.outputs : [asked];
  if (wanted.length === 0) throw invalid("its graph gives nothing");
  const { needed, makers } = neededNodes(graph, wanted);
  if (asked !== undefined && !makers.has(asked)) {
    const last = graph.nodes.slice(-MOST_SHOWN).map(({ outputs }) => shown(outputs[0] ?? ""));
    throw usage(`its graph has no value called ${shown(asked)}`, `its last values: ${last.join(", ")}`);
  }
  const values = new Map<string, Value>([[start.name, start.image]]);
  const cuts = new Map<StepIndex, string>();
  const add = (step: Step, label: string): StepIndex => {
    if (steps.length >= MOST_STEPS) throw invalid(`it has more than ${MOST_STEPS} steps at ${label}`);
    if (step.channels > MOST_CHANNELS)
      throw invalid(`${label} gives ${step.channels} channels, more than ${MOST_CHANNELS}`);
    return steps.push(step) - 1;
  };
  const followingAt = (node: OnnxNode): Following => {
    const label = labelOf(node);
    return {
      steps,
      node,
      label,
      spend,
      pictures: start.pictures,
      add: (step) => add(step, label),
      refuse: (why, hint) => invalid(`${label}: ${why}`, withOutput(hint, node, values)),
      cut: (source) => {
        if (!cuts.has(source)) cuts.set(source, label);
      },
    };
  };
  for (const node of graph.nodes) {
    if (!needed.has(node)) continue;
    const following = followingAt(node);
    const made = passed(node, inputsOf(node, values, graph, following), following);
    made.forEach((value, i) => {
      const name = node.outputs[i] ?? "";
      if (values.has(name)) throw invalid(`two operators in it make ${shown(name)}`);
      values.set(name, value);
    });
  }
  const feature = featureOf(wanted, values, { steps, makers, followingAt, options });
  const head = asked === undefined ? cuts.get(feature) : undefined;
  if (asked === undefined && head === undefined)
    refuseScores(steps, feature, (step) => nameOf(values, step), usage);
  const name = asked ?? nameOf(values, feature);
  return {
    steps,
    feature,
    output: name,
    ...(head === undefined ? {} : { head }),
    size: start.picture.side,
    ...(start.bands === undefined ? {} : { bands: start.bands }),
  };
}

const MOST_SHOWN = 6;

interface Start {
  readonly name: string;
  readonly picture: Step;
  readonly image: Image;
  readonly pictures: number;
  readonly bands?: ShownBands;
}

function pictureOf({ inputs }: OnnxGraph, options: FollowOptions): Start {
  const { invalid, usage, size: asked } = options;
  const [input, other] = inputs;
  if (input === undefined || other !== undefined)
    throw invalid(`it has ${inputs.length} inputs instead of one picture`);
  const { name, shape } = input;
  const [pictures = Number.NaN, second = 0, third = 0, fourth = 0] = shape;
  const isFirst = isChannels(second, third, fourth);
  if (shape.length !== 4 || !(isFirst || isChannels(fourth, second, third))) {
    throw invalid(
      `its input ${shown(name)} has ${
        shape.length === 0
          ? "no shape"
          : `the shape ${shape
              .slice(0, MOST_SHOWN)
              .map((extent) => (Number.isNaN(extent) ? "?" : extent))
              .join(" × ")}`
      }`,
      "a base takes pictures × channels × rows × columns, or channels last, of 3 channels, of 1, or of others with --bands",
    );
  }
  const [channels, rows, columns] = isFirst ? [second, third, fourth] : [fourth, second, third];
  const [side = asked, more = side] = [rows, columns].filter((extent) => !Number.isNaN(extent));
  if (side !== more)
    throw invalid(`it takes pictures of ${rows} × ${columns} pixels`, "thaw shows square ones only");
  if (side === undefined) {
    throw usage(
      "it takes pictures of any size",
      "say with --size how many pixels wide and high it was trained on, e.g. --size 224",
    );
  }
  if (asked !== undefined && asked !== side)
    throw usage(`it takes pictures of ${side} pixels, --size says ${asked}`, "leave --size out");
  if (side > MOST_PIXELS) throw invalid(`it takes pictures of ${side} pixels`);
  const from = `its input ${shown(name)}`;
  const shownTo = shownBands(channels, options.bands, usage);
  const layout = isFirst ? "first" : "last";
  return {
    name,
    picture: { kind: "picture", from, channels, side },
    image: imageOf(0, from, layout),
    pictures,
    ...(shownTo === undefined ? {} : { bands: { count: channels, shown: shownTo } }),
  };
}

/** Colours or grey, or as many channels as the pixels of a square have; of two such axes the first counts. */
function isChannels(extent: number, rows: number, columns: number): boolean {
  if (extent === 3 || extent === 1) return true;
  return extent >= 1 && extent <= MOST_BANDS && Object.is(rows, columns);
}

function neededNodes({ nodes }: OnnxGraph, wanted: readonly string[]) {
  const makers = new Map<string, OnnxNode>();
  for (const node of nodes) for (const output of node.outputs) if (output !== "") makers.set(output, node);
  const needed = new Set<OnnxNode>();
  const waiting = [...wanted];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const maker = makers.get(name);
    if (maker === undefined || needed.has(maker)) continue;
    needed.add(maker);
    for (const input of maker.inputs) waiting.push(input);
  }
  return { needed, makers };
}

function inputsOf(
  node: OnnxNode,
  values: ReadonlyMap<string, Value>,
  { weights }: OnnxGraph,
  { refuse }: Following,
): readonly (Value | undefined)[] {
  return node.inputs.map((name) => {
    if (name === "") return undefined;
    const value = values.get(name);
    if (value !== undefined) return value;
    const tensor = weights.get(name);
    if (tensor !== undefined) return { is: "constant", shape: tensor.shape, tensor };
    throw refuse(`its input ${shown(name)} is nowhere before it in the file`);
  });
}

/** The hint, and how to cut the network below the node. */
function withOutput(hint: string | undefined, node: OnnxNode, values: ReadonlyMap<string, Value>): string {
  // Means of the picture itself are no features.
  const below = node.inputs.find((name) => {
    const value = values.get(name);
    return value?.is === "image" && stepSoFar(value) !== 0;
  });
  // An image that is no step yet would be refused again: the one that it is a function of is not.
  const image = below === undefined ? undefined : values.get(below);
  const base = image?.is === "image" && stepSoFar(image) === undefined ? nameOf(values, image.base) : "";
  const cut =
    below === undefined
      ? `or export the network without it${hasFeatures(values) ? ", or name an image that gives the features: --output VALUE" : ""}`
      : `or take the features below it: --output ${shown(base === "" ? below : base)}`;
  return hint === undefined ? cut.replace(/^or /, "") : `${hint}; ${cut}`;
}

/** Whether any image could be named: the picture itself cannot. */
const hasFeatures = (values: ReadonlyMap<string, Value>): boolean =>
  [...values.values()].some((value) => value.is === "image" && (stepSoFar(value) ?? 0) !== 0);

interface Ends {
  readonly steps: readonly Step[];
  readonly makers: ReadonlyMap<string, OnnxNode>;
  readonly followingAt: (node: OnnxNode) => Following;
  readonly options: FollowOptions;
}

function featureOf(
  wanted: readonly string[],
  values: ReadonlyMap<string, Value>,
  { steps, makers, followingAt, options }: Ends,
): StepIndex {
  const sources = new Set<StepIndex>();
  for (const name of wanted) {
    const [value, maker] = [values.get(name), makers.get(name)];
    if (value === undefined || maker === undefined) continue;
    if (value.is === "image") sources.add(settled(value, followingAt(maker)));
    if (value.is === "means") sources.add(value.chain.source);
    if (value.is === "head") for (const source of value.sources) sources.add(source);
  }
  const [feature, other] = [...sources];
  if (feature === undefined) throw options.invalid("what its graph gives is made of no image");
  if (other === undefined) return feature;
  const named = [...sources].slice(0, MOST_SHOWN).map((source) => {
    const { channels, side } = steps[source] as Step;
    return `${shown(nameOf(values, source))} (${channels} channels of ${side} × ${side})`;
  });
  throw options.invalid(
    `what its graph gives is made of ${sources.size} images: ${named.join(", ")}`,
    `say which of them the features are: --output ${shown(nameOf(values, other))}`,
  );
}

function nameOf(values: ReadonlyMap<string, Value>, step: StepIndex): string {
  for (const [name, value] of values) {
    if (value.is === "image" && value.pads === undefined && stepSoFar(value) === step) return name;
  }
  return "";
}

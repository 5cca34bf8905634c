/** AdamW with a learning rate and a weight decay for each parameter, and gradient clipping, as a part of the step's graph. */
import { attribute, type Graph, type Value } from "../../graph/graph.js";
import { afterValue, assign, changing, type Operation, type Variable } from "../../graph/variables.js";
import { divide, multiply, subtract } from "../../network/arithmetic.js";

/** Decoupled weight decay: Loshchilov & Hutter, ICLR 2019; moments: Kingma & Ba, ICLR 2015. */
export const BETA1 = 0.9;
/** Nearest float32 to 0.999: TensorFlow's kernel takes `1 − BETA2` of it, which the correction for the start has to match. */
const BETA2 = Math.fround(0.999);
const EPSILON = 1e-8;

const T = attribute.float32;

/** A stretch of the vector with its own rate. */
export interface Segment {
  readonly offset: number;
  readonly length: number;
  /** Peak learning rate; the schedule's factor is applied on top. */
  readonly learningRate: number;
  readonly weightDecay: number;
  /** What the decay pulls towards, of the segment's length; zero where there is none. */
  readonly anchor?: Float32Array;
}

type Rates = Pick<Segment, "learningRate" | "weightDecay">;

/** What a single update depends on, besides gradients and state. */
export interface UpdateSettings {
  /** Updates made before this one. */
  readonly updates: number;
  /** The schedule's factor on all rates. */
  readonly factor: number;
  /** The schedule's momentum: decay of the first moment. */
  readonly beta1: number;
  /** Largest global gradient norm; larger gradients are scaled to it (Pascanu et al., ICML 2013). */
  readonly clipNorm: number;
}

/** A parameter with its moments. */
export interface Updated {
  readonly name: string;
  readonly segment: Rates & Pick<Segment, "anchor">;
  readonly weights: Variable;
  /** The weights as they were before the step. */
  readonly before: Value;
  readonly first: Variable;
  readonly second: Variable;
  readonly gradient: Value;
}

/** Names of the scalars of an update, inputs of the step's graph. */
const LIMIT = "update/limit";
const MOMENTUM = "update/beta1";
const FLOOR = "update/epsilon";
const sizeName = ({ learningRate }: Rates): string => `update/size/${learningRate}`;
const decayName = ({ learningRate, weightDecay }: Rates): string =>
  `update/decay/${learningRate * weightDecay}`;
const keepName = (rates: Rates): string => `${decayName(rates)}/kept`;

/** Input that the decay of a parameter pulls towards. */
export const anchorName = (name: string): string => `${name}/anchor`;

/**
 * The scalars of one update, worked out in double precision: TensorFlow's Adam is told a step size and an ε that hold the
 * corrections for the moments' start, so that it does not work them out from powers in float32.
 */
export function updateScalars(
  rates: readonly Rates[],
  { updates, factor, beta1, clipNorm }: UpdateSettings,
): Map<string, number> {
  const correction1 = 1 - Math.fround(beta1) ** (updates + 1);
  const correction2 = Math.sqrt(1 - BETA2 ** (updates + 1));
  const scalars = new Map([
    [LIMIT, clipNorm],
    [MOMENTUM, beta1],
    [FLOOR, EPSILON * correction2],
  ]);
  for (const rate of rates) {
    const decay = rate.learningRate * rate.weightDecay * factor;
    scalars.set(sizeName(rate), (rate.learningRate * factor * correction2) / correction1);
    scalars.set(decayName(rate), decay);
    scalars.set(keepName(rate), 1 - decay);
  }
  return scalars;
}

/**
 * Clips the gradients and updates weights and moments. Nothing is changed before the norm is known, which depends on all
 * gradients and so on everything that reads the weights.
 * @returns the norm before clipping, which is not finite where training has diverged, and what changes each parameter
 */
export function adamW(
  graph: Graph,
  parameters: readonly Updated[],
): { readonly norm: Value; readonly updates: readonly Operation[] } {
  const norm = globalNorm(
    graph,
    parameters.map(({ gradient }) => gradient),
  );
  const share = divide(graph, graph.input(LIMIT), norm);
  const scale = graph.op("Minimum", { T }, [graph.number(1), share]);
  const zero = graph.number(0);
  const attributes = { T, use_locking: attribute.flag(false), use_nesterov: attribute.flag(false) };
  const updates = parameters.map((parameter) => {
    const { weights, first, second, gradient, segment } = parameter;
    const decayed = segment.weightDecay === 0 ? [] : [decay(graph, parameter, scale)];
    const scalars = [
      // Powers of both decays: their corrections are in the step's size.
      ...[zero, zero],
      ...[sizeName(segment), MOMENTUM].map((name) => graph.input(name)),
      ...[graph.number(BETA2), graph.input(FLOOR)],
    ];
    const clipped = multiply(graph, gradient, scale);
    const inputs = [weights, first, second, ...scalars, clipped];
    return changing(graph, "ResourceApplyAdam", attributes, inputs, decayed);
  });
  return { norm, updates };
}

/** Root of the sum of all squares. */
function globalNorm(graph: Graph, gradients: readonly Value[]): Value {
  const halves = gradients.map((gradient) => graph.op("L2Loss", { T }, [gradient]));
  const half = graph.op("AddN", { T, N: attribute.int(halves.length) }, halves);
  return graph.op("Sqrt", { T }, [multiply(graph, half, graph.number(2))]);
}

/**
 * Decay towards zero or, decoupled from the gradient likewise, towards starting weights: L2-SP (Li, Grandvalet & Davoine,
 * ICML 2018). Its strength then does not depend on AdamW's scaling by the second moment.
 * @param scale of the clipping: there once nobody needs the weights of before
 */
function decay(graph: Graph, { name, segment, weights, before }: Updated, scale: Value): Operation {
  const input = (scalar: string): Value => afterValue(graph, graph.input(scalar), scale);
  if (segment.anchor === undefined) {
    return assign(graph, weights, multiply(graph, before, input(keepName(segment))));
  }
  const away = subtract(graph, before, graph.input(anchorName(name)));
  const pull = multiply(graph, away, input(decayName(segment)));
  return assign(graph, weights, subtract(graph, before, pull));
}

/** Activations with their gradients. */
import { attribute, type Graph, type Value } from "../graph/graph.js";
import { add, multiply, subtract } from "./arithmetic.js";

/** With the slope below nought, between 0 and 1: `leaky-relu-0.1`. */
type LeakyRelu = `leaky-relu-${number}`;

/**
 * `silu` is `x · sigmoid(x)`, `hard-sigmoid` is `relu6(x + 3) / 6` and `hard-swish` `x` times that (Howard et al.,
 * "Searching for MobileNetV3", ICCV 2019), `gelu` is the exact one, `x · Φ(x)`,
 * and `gelu-tanh` the one that tanh approximates (Hendrycks & Gimpel, arXiv 1606.08415).
 */
export type Activation =
  | "relu6"
  | "relu"
  | "silu"
  | "hard-swish"
  | "gelu"
  | "gelu-tanh"
  | LeakyRelu
  | "sigmoid"
  | "hard-sigmoid"
  | "none";

export const leakyRelu = (slope: number): LeakyRelu => `leaky-relu-${slope}`;

/** Below nought. */
export const slopeOf = (activation: LeakyRelu): number => Number(activation.slice("leaky-relu-".length));

/** Of the GELU by tanh: `x (1 + tanh(SCALE (x + CUBE x³))) / 2`. */
export const GELU_SCALE = Math.sqrt(2 / Math.PI);
export const GELU_CUBE = 0.044715;

const T = attribute.float32;

const unary = (graph: Graph, op: string, x: Value): Value => graph.op(op, { T }, [x]);
const sigmoid = (graph: Graph, x: Value): Value => unary(graph, "Sigmoid", x);

/** `relu6(x + 3)` */
const clipped = (graph: Graph, x: Value): Value => unary(graph, "Relu6", add(graph, x, graph.number(3)));
const hardSigmoid = (graph: Graph, x: Value): Value =>
  multiply(graph, clipped(graph, x), graph.number(1 / 6));

/** Distribution function of the standard normal distribution, `(1 + erf(x / √2)) / 2`. */
function normalShare(graph: Graph, x: Value): Value {
  const erf = unary(graph, "Erf", multiply(graph, x, graph.number(Math.SQRT1_2)));
  return multiply(graph, add(graph, erf, graph.number(1)), graph.number(0.5));
}

/** Its density, `exp(−x² / 2) / √(2π)`. */
function normalDensity(graph: Graph, x: Value): Value {
  const exponent = multiply(graph, multiply(graph, x, x), graph.number(-0.5));
  return multiply(graph, unary(graph, "Exp", exponent), graph.number(1 / Math.sqrt(2 * Math.PI)));
}

function tanhOfGelu(graph: Graph, x: Value): Value {
  const square = multiply(graph, x, x);
  const factor = add(graph, multiply(graph, square, graph.number(GELU_CUBE)), graph.number(1));
  return unary(graph, "Tanh", multiply(graph, multiply(graph, x, factor), graph.number(GELU_SCALE)));
}

const leakyAttributes = (activation: LeakyRelu) => ({ T, alpha: attribute.float(slopeOf(activation)) });

export function activate(graph: Graph, activation: Activation, x: Value): Value {
  switch (activation) {
    case "none":
      return x;
    case "relu":
      return unary(graph, "Relu", x);
    case "relu6":
      return unary(graph, "Relu6", x);
    case "sigmoid":
      return sigmoid(graph, x);
    case "silu":
      return multiply(graph, x, sigmoid(graph, x));
    case "hard-sigmoid":
      return hardSigmoid(graph, x);
    case "hard-swish":
      return multiply(graph, x, hardSigmoid(graph, x));
    case "gelu":
      return multiply(graph, x, normalShare(graph, x));
    case "gelu-tanh": {
      const share = add(graph, tanhOfGelu(graph, x), graph.number(1));
      return multiply(graph, multiply(graph, x, share), graph.number(0.5));
    }
    default:
      return graph.op("LeakyRelu", leakyAttributes(activation), [x]);
  }
}

/**
 * Gradient of {@link activate}.
 * @param x its input: not used, so not kept, where the output is enough
 * @param y its output
 */
export function activationGradient(
  graph: Graph,
  activation: Activation,
  x: Value,
  y: Value,
  dy: Value,
): Value {
  switch (activation) {
    case "none":
      return dy;
    case "relu":
      return graph.op("ReluGrad", { T }, [dy, y]);
    case "relu6":
      return graph.op("Relu6Grad", { T }, [dy, y]);
    case "sigmoid":
      return graph.op("SigmoidGrad", { T }, [y, dy]);
    case "silu": {
      // σ + x σ (1 − σ) = σ + y − y σ.
      const share = sigmoid(graph, x);
      const slope = add(graph, share, subtract(graph, y, multiply(graph, y, share)));
      return multiply(graph, dy, slope);
    }
    case "hard-sigmoid":
      return multiply(graph, graph.op("Relu6Grad", { T }, [dy, clipped(graph, x)]), graph.number(1 / 6));
    case "hard-swish": {
      const toShare = activationGradient(graph, "hard-sigmoid", x, y, multiply(graph, dy, x));
      return add(graph, multiply(graph, dy, hardSigmoid(graph, x)), toShare);
    }
    case "gelu": {
      const slope = add(graph, normalShare(graph, x), multiply(graph, x, normalDensity(graph, x)));
      return multiply(graph, dy, slope);
    }
    case "gelu-tanh": {
      // (1 + t) / 2 + x (1 − t²) SCALE (1 + 3 CUBE x²) / 2.
      const t = tanhOfGelu(graph, x);
      const square = multiply(graph, x, x);
      const inner = add(graph, multiply(graph, square, graph.number(3 * GELU_CUBE)), graph.number(1));
      const steep = subtract(graph, graph.number(1), multiply(graph, t, t));
      const along = multiply(
        graph,
        multiply(graph, x, inner),
        multiply(graph, steep, graph.number(GELU_SCALE)),
      );
      const slope = add(graph, add(graph, t, graph.number(1)), along);
      return multiply(graph, dy, multiply(graph, slope, graph.number(0.5)));
    }
    default:
      return graph.op("LeakyReluGrad", leakyAttributes(activation), [dy, x]);
  }
}

/** Gradients with respect to images that have zeros around them. */
import { attribute, type Graph, type Value } from "../graph/graph.js";
import { shapeOf } from "./arithmetic.js";
import { type Convolution, convolutionAttributes, type Padding } from "./ops.js";

/** How an operation pads: by itself, and with so many zeros on each side that the image got before it. */
export interface PaddingBefore {
  readonly padding: Padding;
  readonly outside: number;
}

/**
 * The gradient of a convolution with respect to its input, of the image with the zeros around it, and cut.
 * @param operation `Conv2DBackpropInput` or `DepthwiseConv2dNativeBackpropInput`
 * @param x its input, without the zeros @param dy gradient at its output
 */
export function cutInputGradient(
  graph: Graph,
  operation: string,
  convolution: Convolution,
  { padding, outside }: PaddingBefore,
  { x, kernel, dy }: Readonly<Record<"x" | "kernel" | "dy", Value>>,
): Value {
  const attributes = convolutionAttributes({ ...convolution, padding });
  const size = shapeOf(graph, x);
  if (outside === 0) return graph.op(operation, attributes, [size, kernel, dy]);
  const zeros = graph.integers([0, 2 * outside, 2 * outside, 0]);
  const whole = graph.op("AddV2", { T: attribute.int32 }, [size, zeros]);
  const dImage = graph.op(operation, attributes, [whole, kernel, dy]);
  const types = { T: attribute.float32, Index: attribute.int32 };
  return graph.op("Slice", types, [dImage, graph.integers([0, outside, outside, 0]), size]);
}

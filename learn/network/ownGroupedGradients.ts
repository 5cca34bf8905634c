/**
 * Gradients of grouped convolutions by TensorFlow's own operations. Of 2.21's kernels for processors oneDNN's alone compute them,
 * and take no padding by numbers: "same" where it keeps the size, and else zeros around the image. docs/performance.md has
 * the times.
 */
import { computingDevice, scoped, type Tensor, tf } from "../engine.js";
import type { Graph, Value } from "../graph/graph.js";
import { compile } from "../graph/program.js";
import { padImage, shapeOf } from "./arithmetic.js";
import { cutInputGradient, type PaddingBefore } from "./cutGradient.js";
import {
  type GroupedConvolution,
  groupedInputGradient,
  groupedKernelGradient,
  pixelsAround,
} from "./groupedConvolution.js";
import { convolutionAttributes, convolve } from "./ops.js";

function paddingOf(convolution: GroupedConvolution): PaddingBefore {
  const around = pixelsAround(convolution);
  const isKept = convolution.stride === 1 && 2 * around === convolution.kernel - 1;
  return isKept ? { padding: "same", outside: 0 } : { padding: 0, outside: around };
}

/** The kernel's gradient by TensorFlow's operation. @param x `[batch, h, w, in]` @param dy `[batch, rows, columns, out]` */
export function ownGroupedKernelGradient(
  graph: Graph,
  convolution: GroupedConvolution,
  x: Value,
  kernel: Value,
  dy: Value,
): Value {
  const { padding, outside } = paddingOf(convolution);
  const operands = [padImage(graph, x, outside), shapeOf(graph, kernel), dy];
  return graph.op("Conv2DBackpropFilter", convolutionAttributes({ ...convolution, padding }), operands);
}

/** The gradient with respect to the input by TensorFlow's operation, cut where zeros were around the image. */
export function ownGroupedInputGradient(
  graph: Graph,
  convolution: GroupedConvolution,
  x: Value,
  kernel: Value,
  dy: Value,
): Value {
  return cutInputGradient(graph, "Conv2DBackpropInput", convolution, paddingOf(convolution), {
    x,
    kernel,
    dy,
  });
}

let known: boolean | undefined;

/**
 * Whether this process' TensorFlow computes gradients of grouped convolutions on x86-64: where an older processor leaves
 * oneDNN out it refuses to. It is asked, once, rather than foretold from what it looks at. Not on other processors
 * and GPUs, where nobody has measured the times.
 */
export function computesGroupedGradients(): boolean {
  known ??= process.arch === "x64" && computingDevice() === "cpu" && isComputedRight();
  return known;
}

const TRIED: GroupedConvolution = {
  ...{ kind: "grouped", groups: 2, kernel: 3, stride: 2, padding: 1 },
  ...{ inChannels: 4, outChannels: 6 },
};

/** Both gradients of a small convolution of small whole numbers, whose sums are exact in any order, in both ways. */
function isComputedRight(): boolean {
  const given: Readonly<Record<string, readonly number[]>> = {
    x: [1, 5, 5, 4],
    kernel: [3, 3, 2, 6],
    dy: [1, 3, 3, 6],
  };
  const program = compile((graph) => {
    const [x, kernel, dy] = ["x", "kernel", "dy"].map((name) => graph.input(name)) as [Value, Value, Value];
    const { image, kernel: turned } = groupedInputGradient(graph, TRIED, x, kernel, dy);
    return [
      ownGroupedKernelGradient(graph, TRIED, x, kernel, dy),
      groupedKernelGradient(graph, TRIED, x, dy),
      ownGroupedInputGradient(graph, TRIED, x, kernel, dy),
      convolve(graph, { kind: "full", stride: 1, padding: 0 }, image, turned),
    ];
  });
  try {
    return scoped(() => {
      const outputs = program.run((name) => wholeNumbers(given[name] as readonly number[]));
      const [own, other, ownInput, otherInput] = outputs.map((output) => String(output.dataSync()));
      return own === other && ownInput === otherInput;
    });
  } catch {
    return false;
  } finally {
    program.dispose();
  }
}

function wholeNumbers(shape: readonly number[]): Tensor {
  const length = shape.reduce((product, size) => product * size, 1);
  return tf.tensor(
    Float32Array.from({ length }, (_, i) => ((i * i + 3 * i) % 11) - 5),
    [...shape],
  );
}

/** Convolutions padded as in PyTorch and max pooling, with their gradients, against PyTorch autograd. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { activate, activationGradient } from "../../../../learn/network/activations.js";
import { inputGradient, kernelGradient } from "../../../../learn/network/convolutionGradients.js";
import { convolve, maxPool, maxPoolGradient, type PlainConvolution } from "../../../../learn/network/ops.js";
import { assertClose, evaluateGraph, fixture } from "../support.js";

type Values<Names extends string> = Readonly<Record<Names, readonly number[]>>;

const { convolutions, poolings } = fixture<{
  convolutions: (Pick<PlainConvolution, "kind" | "stride"> & { padding: number } & Values<
      "xShape" | "kernelShape" | "yShape" | "x" | "kernel" | "dy" | "y" | "dx" | "dKernel"
    >)[];
  poolings: Values<"xShape" | "yShape" | "x" | "dy" | "y" | "dx">[];
}>("networks/torchOperations.json");

/** Both sides sum some hundred float32 products in different orders. */
const TOLERANCE = 1e-5;

assert.equal(convolutions.length, 11);
for (const given of convolutions) {
  const { kind, stride, padding, kernelShape, xShape } = given;
  const size = `${kernelShape[0]}×${kernelShape[0]}`;
  test(`${kind} ${size}, stride ${stride}, padding ${padding}, of ${xShape[1]}×${xShape[2]} px`, () => {
    const actual = evaluateGraph(
      {
        x: { values: given.x, shape: xShape },
        kernel: { values: given.kernel, shape: kernelShape },
        dy: { values: given.dy, shape: given.yShape },
      },
      (graph) => {
        const [x, kernel] = [graph.input("x"), graph.input("kernel")];
        const [side = 0, , inChannels = 0] = kernelShape;
        const outChannels = given.yShape[3] ?? 0;
        const convolution = { kind, kernel: side, stride, padding, inChannels, outChannels };
        const linear = convolve(graph, convolution, x, kernel);
        const y = activate(graph, "relu", linear);
        const dLinear = activationGradient(graph, "relu", linear, y, graph.input("dy"));
        return {
          y,
          dx: inputGradient(graph, convolution, x, kernel, dLinear),
          dKernel: kernelGradient(graph, convolution, x, kernel, dLinear),
        };
      },
    );
    for (const name of ["y", "dx", "dKernel"] as const) {
      assertClose(actual[name], given[name], TOLERANCE, name);
    }
  });
}

assert.equal(poolings.length, 2);
for (const given of poolings) {
  test(`max pooling of ${given.xShape[1]}×${given.xShape[2]} negative numbers`, () => {
    const pooling = { kernel: 3, stride: 2, padding: 1 };
    const actual = evaluateGraph(
      { x: { values: given.x, shape: given.xShape }, dy: { values: given.dy, shape: given.yShape } },
      (graph) => {
        const x = graph.input("x");
        const y = maxPool(graph, pooling, x);
        return { y, dx: maxPoolGradient(graph, pooling, x, y, graph.input("dy")) };
      },
    );
    for (const name of ["y", "dx"] as const) assertClose(actual[name], given[name], TOLERANCE, name);
  });
}

/** A convolution of single pixels with GELU is computed as a product of matrices: the numbers are the convolution's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Block, ConvUnit } from "../../../../learn/bases/architecture.js";
import type { Graph, Value } from "../../../../learn/graph/graph.js";
import { groupsPass } from "../../../../learn/network/passes/groups.js";
import type { Gradients, Pass } from "../../../../learn/network/passes/pass.js";
import { assertClose, evaluateGraph } from "../support.js";

const unit: ConvUnit = {
  kind: "full",
  name: "expand",
  kernel: 1,
  stride: 1,
  padding: "same",
  inChannels: 3,
  outChannels: 5,
  activation: "gelu",
  offset: "bias",
};
const product: Block = { name: "b", units: [unit], residual: false };
/** The activation is the block's, and the convolution has none. */
const convolution: Block = {
  name: "b",
  units: [{ ...unit, activation: "none" }],
  residual: false,
  activation: "gelu",
};

const numbers = (length: number, step: number) =>
  Array.from({ length }, (_, i) => 3 * Math.sin(1 + step * i));
const inputs = {
  x: { values: numbers(2 * 4 * 3 * 3, 0.7), shape: [2, 4, 3, 3] },
  "expand.kernel": { values: numbers(15, 1.3), shape: [1, 1, 3, 5] },
  "expand.bias": { values: numbers(5, 0.4), shape: [5] },
  dy: { values: numbers(2 * 4 * 3 * 5, 0.9), shape: [2, 4, 3, 5] },
};

function evaluate(block: Block, outputs: (graph: Graph, pass: Pass) => Readonly<Record<string, Value>>) {
  return evaluateGraph(inputs, (graph) => {
    const groups = [{ name: "g", blocks: [block] }];
    return outputs(
      graph,
      groupsPass(graph, { groups }, 0, 1, graph.input("x"), () => assert.fail("no norm")),
    );
  });
}

test("forward alone, where TensorFlow computes product, bias and GELU at once", () => {
  const [now, written] = [product, convolution].map((block) => evaluate(block, (_, { y }) => ({ y })));
  assertClose(now?.y ?? [], written?.y ?? [], 1e-6, "y");
});

test("forward and back", () => {
  const [now, written] = [product, convolution].map((block) =>
    evaluate(block, (graph, { y, back }) => {
      const gradients: Gradients = new Map();
      const dx = back(graph.input("dy"), gradients);
      return { y, dx, ...Object.fromEntries(gradients) };
    }),
  );
  assert.deepEqual(Object.keys(now ?? {}).sort(), ["dx", "expand.bias", "expand.kernel", "y"]);
  for (const [name, values] of Object.entries(written ?? {}))
    assertClose(now?.[name] ?? [], values, 1e-6, name);
});

/** Means before convolutions of single pixels: the same numbers, and only where they are the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConvUnit, PoolUnit, Unit } from "../../../../learn/bases/architecture.js";
import type { Graph, Value } from "../../../../learn/graph/graph.js";
import { groupsPass } from "../../../../learn/network/passes/groups.js";
import type { Gradients } from "../../../../learn/network/passes/pass.js";
import { pooledFirst } from "../../../../learn/network/passes/pooledFirst.js";
import { assertClose, evaluateGraph } from "../support.js";

const convolution: ConvUnit & { readonly kind: "full" } = {
  kind: "full",
  name: "conv",
  kernel: 1,
  stride: 1,
  padding: 0,
  inChannels: 3,
  outChannels: 2,
  activation: "none",
  offset: "none",
};
const means: PoolUnit = { kind: "average", name: "pool", kernel: 2, stride: 2, padding: 0 };
const padded: PoolUnit = { ...means, kernel: 3, padding: 1 };

const namesOf = (units: readonly Unit[]) => pooledFirst(units).map(({ name }) => name);

test("means that leave fewer pixels are taken before a convolution of single pixels", () => {
  assert.deepEqual(namesOf([convolution, means]), ["pool", "conv"]);
  assert.deepEqual(namesOf([convolution, padded]), ["pool", "conv"]);
  assert.deepEqual(namesOf([{ ...convolution, offset: "bias" }, means]), ["pool", "conv"]);
  assert.deepEqual(
    namesOf([
      { ...convolution, offset: "bias" },
      { ...padded, padding: "same" },
    ]),
    ["pool", "conv"],
  );
});

const others: readonly (readonly [string, Unit, PoolUnit])[] = [
  ["a batch norm", { ...convolution, offset: "norm" }, means],
  ["an activation", { ...convolution, offset: "bias", activation: "relu" }, means],
  ["a stride", { ...convolution, stride: 2 }, means],
  ["a larger kernel", { ...convolution, kernel: 3, padding: 1 }, means],
  ["pixels around it", { ...convolution, padding: 1 }, means],
  ["a bias, and zeros in the means", { ...convolution, offset: "bias" }, padded],
  ["means that leave as many pixels", convolution, { ...padded, stride: 1 }],
  ["maxima", convolution, { ...means, kind: "max" }],
];
for (const [what, unit, pool] of others) {
  test(`the order stays with ${what}`, () => {
    assert.deepEqual(namesOf([unit, pool]), ["conv", "pool"]);
  });
}

const numbers = (length: number, step: number) =>
  Array.from({ length }, (_, i) => Math.sin(1 + step * i) + (i % 3));

for (const [what, unit, pool] of [
  ["without a bias, of whole windows", convolution, means],
  ["without a bias, with zeros around the image", convolution, padded],
  [
    "with a bias, of the pixels that are there",
    { ...convolution, offset: "bias" },
    { ...padded, padding: "same" },
  ],
] as const) {
  test(`output and gradients are those of the written order: ${what}`, () => {
    const blocks = (together: boolean) =>
      together
        ? [{ name: "b", units: [unit, pool], residual: false }]
        : // Blocks are not put in another order.
          [
            { name: "b", units: [unit], residual: false },
            { name: "c", units: [pool], residual: false },
          ];
    const bias = unit.offset === "bias";
    const evaluate = (together: boolean) =>
      evaluateGraph(
        {
          x: { values: numbers(2 * 4 * 4 * 3, 0.7), shape: [2, 4, 4, 3] },
          "conv.kernel": { values: numbers(6, 1.3), shape: [1, 1, 3, 2] },
          ...(bias ? { "conv.bias": { values: [0.5, -2], shape: [2] } } : {}),
          dy: { values: numbers(2 * 2 * 2 * 2, 0.9), shape: [2, 2, 2, 2] },
        },
        (graph: Graph): Readonly<Record<string, Value>> => {
          const groups = [{ name: "g", blocks: blocks(together) }];
          const pass = groupsPass(graph, { groups }, 0, 1, graph.input("x"), () => assert.fail("no norm"));
          const gradients: Gradients = new Map();
          const dx = pass.back(graph.input("dy"), gradients);
          return {
            y: pass.y,
            dx,
            dKernel: gradients.get("conv.kernel") as Value,
            ...(bias ? { dBias: gradients.get("conv.bias") as Value } : {}),
          };
        },
      );
    const [now, written] = [evaluate(true), evaluate(false)];
    for (const [name, values] of Object.entries(written))
      assertClose(
        now[name as keyof typeof now] as ArrayLike<number>,
        values as ArrayLike<number>,
        1e-5,
        name,
      );
  });
}

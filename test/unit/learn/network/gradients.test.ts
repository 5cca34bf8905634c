/** Convolutions, units and batch norm with their gradients, against PyTorch autograd. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { NormedUnit } from "../../../../learn/bases/architecture.js";
import { activate, activationGradient } from "../../../../learn/network/activations.js";
import { inputGradient, kernelGradient } from "../../../../learn/network/convolutionGradients.js";
import {
  addBias,
  averagePool,
  averagePoolGradient,
  convolve,
  normalizeBatch,
  normalizeBatchGradient,
  pixelSum,
} from "../../../../learn/network/ops.js";
import type { Gradients } from "../../../../learn/network/passes/pass.js";
import { normalizedUnit, tunedUnit } from "../../../../learn/training/step/units.js";
import { assertClose, evaluateGraph, fixture, type Given } from "../support.js";

interface UnitShape {
  readonly kind: "full" | "depthwise";
  readonly size: number;
  readonly stride: number;
  readonly activation: "relu6" | "none";
  readonly xShape: readonly [number, number, number, number];
  readonly yShape: readonly number[];
}

type Values<Names extends string> = Readonly<Record<Names, readonly number[]>>;

type UnitCase = UnitShape & { readonly outChannels: number } & Values<
    | "x"
    | "kernel"
    | "gamma"
    | "beta"
    | "mean"
    | "variance"
    | "dy"
    | "y"
    | "dx"
    | "dKernel"
    | "dGamma"
    | "dBeta"
  >;

const { epsilon, convolutions, units, normalizedUnits, batchNorm } = fixture<{
  epsilon: number;
  convolutions: (UnitShape & { kernelShape: readonly number[] } & Values<
      "x" | "kernel" | "bias" | "dy" | "y" | "dx" | "dKernel" | "dBias"
    >)[];
  units: UnitCase[];
  normalizedUnits: UnitCase[];
  batchNorm: { xShape: readonly number[] } & Values<
    "x" | "gamma" | "beta" | "dy" | "y" | "mean" | "variance" | "dx" | "dGamma" | "dBeta"
  >;
}>("networks/gradients.json");

/** Both sides sum some hundred float32 products in different orders. */
const TOLERANCE = 1e-5;

const vector = (values: readonly number[]): Given => ({ values, shape: [values.length] });
const title = ({ kind, size, stride, activation }: UnitShape): string =>
  `${kind} ${size}×${size}, stride ${stride}, activation ${activation}`;

assert.equal(convolutions.length, 14);
for (const given of convolutions) {
  test(`convolution with its gradients: ${title(given)}`, () => {
    const actual = evaluateGraph(
      {
        x: { values: given.x, shape: given.xShape },
        kernel: { values: given.kernel, shape: given.kernelShape },
        bias: vector(given.bias),
        dy: { values: given.dy, shape: given.yShape },
      },
      (graph) => {
        const [x, kernel] = [graph.input("x"), graph.input("kernel")];
        const { kind, stride, size, xShape, yShape } = given;
        const channels = { inChannels: xShape[3], outChannels: yShape[3] ?? Number.NaN };
        const convolution = { kind, stride, kernel: size, padding: "same", ...channels } as const;
        const linear = addBias(graph, convolve(graph, convolution, x, kernel), graph.input("bias"));
        const y = activate(graph, given.activation, linear);
        const dLinear = activationGradient(graph, given.activation, linear, y, graph.input("dy"));
        return {
          y,
          dx: inputGradient(graph, convolution, x, kernel, dLinear),
          dKernel: kernelGradient(graph, convolution, x, kernel, dLinear),
          dBias: pixelSum(graph, dLinear),
        };
      },
    );
    for (const name of ["y", "dx", "dKernel", "dBias"] as const) {
      assertClose(actual[name], given[name], TOLERANCE, name);
    }
  });
}

const unitOf = (given: UnitCase): NormedUnit => ({
  name: "unit",
  kind: given.kind,
  kernel: given.size,
  stride: given.stride,
  padding: "same",
  inChannels: given.xShape[3],
  outChannels: given.outChannels,
  activation: given.activation,
});

function kernelOf(given: UnitCase): Given {
  const last = given.kind === "depthwise" ? 1 : given.outChannels;
  return { values: given.kernel, shape: [given.size, given.size, given.xShape[3], last] };
}

for (const given of units) {
  test(`unit with frozen statistics: ${title(given)}`, () => {
    const actual = evaluateGraph(
      {
        x: { values: given.x, shape: given.xShape },
        "unit.kernel": kernelOf(given),
        "unit.gamma": vector(given.gamma),
        "unit.beta": vector(given.beta),
        "unit.mean": vector(given.mean),
        "unit.deviation": vector(given.variance.map((value) => Math.sqrt(value + epsilon))),
        dy: { values: given.dy, shape: given.yShape },
      },
      (graph) => {
        const pass = tunedUnit(graph, unitOf(given), graph.input("x"));
        const gradients: Gradients = new Map();
        const dx = pass.back(graph.input("dy"), gradients);
        return { y: pass.y, dx, ...named(gradients) };
      },
    );
    for (const name of ["y", "dx", "dKernel", "dGamma", "dBeta"] as const) {
      assertClose(actual[name], given[name], TOLERANCE, name);
    }
  });
}

function named(gradients: Gradients) {
  const of = (name: string) => {
    const gradient = gradients.get(`unit.${name}`);
    assert.ok(gradient);
    return gradient;
  };
  return { dKernel: of("kernel"), dGamma: of("gamma"), dBeta: of("beta") };
}

test("batch norm in training mode: output, statistics and gradients", () => {
  const actual = evaluateGraph(
    {
      x: { values: batchNorm.x, shape: batchNorm.xShape },
      gamma: vector(batchNorm.gamma),
      beta: vector(batchNorm.beta),
      dy: { values: batchNorm.dy, shape: batchNorm.xShape },
    },
    (graph) => {
      const [x, gamma] = [graph.input("x"), graph.input("gamma")];
      const normalized = normalizeBatch(graph, x, gamma, graph.input("beta"), epsilon);
      const gradient = normalizeBatchGradient(graph, x, gamma, normalized, epsilon, graph.input("dy"));
      const { y, mean, variance } = normalized;
      return { y, mean, variance, ...gradient };
    },
  );
  for (const name of ["y", "mean", "variance", "dx", "dGamma", "dBeta"] as const) {
    assertClose(actual[name], batchNorm[name], TOLERANCE, name);
  }
});

for (const given of normalizedUnits) {
  test(`unit with the statistics of the batch: ${title(given)}`, () => {
    const actual = evaluateGraph(
      {
        x: { values: given.x, shape: given.xShape },
        "unit.kernel": kernelOf(given),
        "unit.gamma": vector(given.gamma),
        "unit.beta": vector(given.beta),
        dy: { values: given.dy, shape: given.yShape },
      },
      (graph) => {
        const pass = normalizedUnit(epsilon, new Map())(graph, unitOf(given), graph.input("x"));
        const gradients: Gradients = new Map();
        const dx = pass.back(graph.input("dy"), gradients);
        return { y: pass.y, dx, ...named(gradients) };
      },
    );
    for (const name of ["y", "dx", "dKernel", "dGamma", "dBeta"] as const) {
      assertClose(actual[name], given[name], TOLERANCE, name);
    }
  });
}

test("global average pooling and its gradient", () => {
  const values = Array.from({ length: 2 * 3 * 3 * 2 }, (_, i) => i);
  const actual = evaluateGraph(
    { x: { values, shape: [2, 3, 3, 2] }, dy: { values: [9, 18, 27, 36], shape: [2, 2] } },
    (graph) => {
      const x = graph.input("x");
      return { y: averagePool(graph, x), dx: averagePoolGradient(graph, x, 2, 9, graph.input("dy")) };
    },
  );
  assertClose(actual.y, [8, 9, 26, 27], TOLERANCE, "means");
  const expected = values.map((_, i) => (i < 18 ? 1 : 3) + (i % 2));
  assertClose(actual.dx, expected, TOLERANCE, "gradient");
});

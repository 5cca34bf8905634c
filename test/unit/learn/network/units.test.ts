/** Activations and units of every kind against PyTorch autograd: frozen, tuned, and with the statistics of the batch. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Architecture,
  normedUnitsOf,
  type Unit,
  unitsOf,
} from "../../../../learn/bases/architecture.js";
import { unitParameters } from "../../../../learn/bases/unitParameters.js";
import { tf } from "../../../../learn/engine.js";
import type { Value } from "../../../../learn/graph/graph.js";
import { type Activation, activate, activationGradient } from "../../../../learn/network/activations.js";
import { freezeGroups } from "../../../../learn/network/network.js";
import type { Parameters } from "../../../../learn/network/parameters.js";
import { groupsPass } from "../../../../learn/network/passes/groups.js";
import type { Gradients } from "../../../../learn/network/passes/pass.js";
import { normalizedUnit, tunedUnit } from "../../../../learn/training/step/units.js";
import { assertClose, evaluateGraph, fixture, type Given } from "../support.js";

interface Recorded {
  readonly title: string;
  readonly units: readonly Unit[];
  /** Whether batch norms have the statistics of the batch. */
  readonly training: boolean;
  readonly xShape: readonly [number, number, number, number];
  readonly yShape: readonly number[];
  readonly parameters: Readonly<Record<string, Given>>;
  readonly statistics: Readonly<Record<string, readonly number[]>>;
  readonly x: readonly number[];
  readonly dy: readonly number[];
  readonly y: readonly number[];
  readonly dx: readonly number[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

const { epsilon, activations, cases } = fixture<{
  epsilon: number;
  activations: {
    activation: Activation;
    x: readonly number[];
    dy: readonly number[];
    y: readonly number[];
    dx: readonly number[];
  }[];
  cases: Recorded[];
}>("networks/units.json");

/** Both sides sum some hundred float32 products in different orders; the bound is 1e-4. */
const TOLERANCE = 1e-5;

assert.equal(activations.length, 10);
for (const { activation, x, dy, y, dx } of activations) {
  test(`${activation === "none" ? "no activation" : activation} and its gradient are PyTorch's`, () => {
    const shape = [x.length];
    const actual = evaluateGraph({ x: { values: x, shape }, dy: { values: dy, shape } }, (graph) => {
      const [input, gradient] = [graph.input("x"), graph.input("dy")];
      const output = activate(graph, activation, input);
      const back = activationGradient(graph, activation, input, output, gradient);
      // An input cannot be an output too.
      const same = (value: Value): Value =>
        activate(graph, "none", graph.op("Identity", { T: { type: 1 } }, [value]));
      return { y: same(output), dx: same(back) };
    });
    assertClose(actual.y, y, TOLERANCE, "y");
    assertClose(actual.dx, dx, TOLERANCE, "dx");
  });
}

const architectureOf = ({ units }: Recorded): Architecture => ({
  groups: [{ name: "group", blocks: [{ name: "block", units, residual: false }] }],
  features: 1,
  epsilon,
});

const vector = (values: readonly number[]): Given => ({ values, shape: [values.length] });

function allParameters({ parameters, statistics }: Recorded): Parameters {
  const given = {
    ...parameters,
    ...Object.fromEntries(Object.entries(statistics).map(([name, values]) => [name, vector(values)])),
  };
  return new Map(
    Object.entries(given).map(([name, { shape, values }]) => [
      name,
      { shape, data: Float32Array.from(values) },
    ]),
  );
}

/** Inputs of a step: the statistics' deviations in the place of their variances. */
function statisticInputs({ statistics }: Recorded): Record<string, Given> {
  return Object.fromEntries(
    Object.entries(statistics).map(([name, values]) =>
      name.endsWith(".variance")
        ? [name.replace(/variance$/, "deviation"), vector(values.map((value) => Math.sqrt(value + epsilon)))]
        : [name, vector(values)],
    ),
  );
}

assert.equal(cases.length, 22);
for (const recorded of cases) {
  const { title, training, xShape, yShape } = recorded;
  const architecture = architectureOf(recorded);

  test(`${title}: values and every gradient`, () => {
    const actual = evaluateGraph(
      {
        x: { values: recorded.x, shape: xShape },
        dy: { values: recorded.dy, shape: yShape },
        ...recorded.parameters,
        ...(training ? {} : statisticInputs(recorded)),
      },
      (graph) => {
        const pass = training ? normalizedUnit(epsilon, new Map()) : tunedUnit;
        const { y, back } = groupsPass(graph, architecture, 0, 1, graph.input("x"), pass);
        const gradients: Gradients = new Map();
        const dx = back(graph.input("dy"), gradients);
        return { y, dx, ...Object.fromEntries(gradients) } as Record<string, Value>;
      },
    );
    const learnt = architecture.groups
      .flatMap(unitsOf)
      .flatMap(unitParameters)
      .filter(({ isLearnt }) => isLearnt);
    assert.deepEqual(Object.keys(actual).sort(), ["y", "dx", ...learnt.map(({ name }) => name)].sort());
    assertClose(actual.y ?? [], recorded.y, TOLERANCE, "y");
    assertClose(actual.dx ?? [], recorded.dx, TOLERANCE, "dx");
    for (const { name, shape } of learnt) {
      assert.deepEqual(recorded.parameters[name]?.shape, shape, name);
      assertClose(actual[name] ?? [], recorded.gradients[name] ?? [], TOLERANCE, name);
    }
  });

  if (training) continue;
  test(`${title}: the frozen pass, with what can be folded folded`, () => {
    const network = freezeGroups(architecture, allParameters(recorded), 0, 1);
    const y = tf.tidy(() => {
      const output = network.run(tf.tensor4d([...recorded.x], [...xShape]));
      assert.deepEqual(output.shape, yShape);
      return output.dataSync();
    });
    network.dispose();
    assertClose(y, recorded.y, TOLERANCE, "y");
    assert.equal(
      normedUnitsOf(architecture.groups[0] as (typeof architecture.groups)[number]).length,
      Object.keys(recorded.statistics).length / 2,
    );
  });
}

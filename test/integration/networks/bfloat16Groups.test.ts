/** Layer groups in bfloat16: PyTorch's numbers, on processors that have it and on those that round in its place. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Architecture, Unit } from "../../../learn/bases/architecture.js";
import { findBase } from "../../../learn/bases/catalogue.js";
import { tf } from "../../../learn/engine.js";
import { bfloat16Groups, computesBfloat16, firstNarrowGroup } from "../../../learn/network/bfloat16Groups.js";
import { boundaryPass, disposePass } from "../../../learn/network/boundaries.js";
import { freezeGroups } from "../../../learn/network/network.js";
import type { Parameters } from "../../../learn/network/parameters.js";
import { leastCosine } from "../../../learn/stages/precision.js";
import { base, fixture, type Given, photographs, pretrained } from "../../unit/learn/support.js";

/** Where the processor has the arithmetic both ways are tried, elsewhere the one that is taken there. */
const WAYS = computesBfloat16() ? [true, false] : [false];
const nameOf = (isNative: boolean): string => (isNative ? "computed" : "rounded");

const given = (parameters: Readonly<Record<string, Given>>): Parameters =>
  new Map(
    Object.entries(parameters).map(([name, { shape, values }]) => [
      name,
      { shape, data: Float32Array.from(values) },
    ]),
  );

const small = fixture<{
  parameters: Record<string, Given>;
  xShape: [number, number, number, number];
  x: number[];
  exact: number[];
  y: number[];
}>("networks/bfloat16.json");

const unit = (
  name: string,
  kind: "full" | "depthwise",
  channels: readonly [number, number],
  kernel: number,
) =>
  ({
    ...{ name, kind, kernel, stride: 1, padding: "same", inChannels: channels[0], outChannels: channels[1] },
    ...{ offset: "bias", activation: name === "project" ? "none" : "relu6" },
  }) as Unit;

const network: Architecture = {
  groups: [
    {
      name: "group",
      blocks: [
        {
          name: "block",
          units: [
            unit("expand", "full", [8, 16], 1),
            unit("depthwise", "depthwise", [16, 16], 3),
            unit("project", "full", [16, 8], 1),
          ],
          residual: true,
        },
      ],
    },
  ],
  features: 8,
  epsilon: 1e-3,
};

for (const isNative of WAYS) {
  test(`${nameOf(isNative)}: a block with a residual is PyTorch's with what bfloat16 stores rounded`, () => {
    const groups = bfloat16Groups(network, given(small.parameters), 0, 1, isNative);
    const before = tf.memory().numTensors;
    const y = tf.tidy(() => Float32Array.from(groups.run(tf.tensor4d(small.x, small.xShape)).dataSync()));
    assert.equal(tf.memory().numTensors, before);
    groups.dispose();
    assert.equal(y.length, small.y.length);
    // Sums in another order may round to the other neighbour, in few places and by one step of 2^-7.
    const steps = Array.from(
      y,
      (value, i) => Math.abs(value - (small.y[i] ?? 0)) / largest(value, small.y[i]),
    );
    assert.ok(Math.max(...steps) <= 2 ** -6, `${Math.max(...steps)}`);
    assert.ok(steps.filter((step) => step > 0).length < y.length / 5);
    // The values are those of bfloat16, not those of float32.
    const apart = (other: readonly number[]): number =>
      Math.sqrt(y.reduce((sum, value, i) => sum + (value - (other[i] ?? 0)) ** 2, 0));
    assert.ok(apart(small.y) < apart(small.exact) / 2);
    const bits = new Uint32Array(y.buffer);
    assert.ok(bits.every((word) => (word & 0xffff) === 0));
  });
}

/** Of two values, or one: differences of small ones are of the size of their terms. */
const largest = (one: number, other = 0): number => Math.max(Math.abs(one), Math.abs(other), 1);

interface RecordedUnit {
  readonly title: string;
  readonly units: readonly Unit[];
  readonly training: boolean;
  readonly xShape: readonly [number, number, number, number];
  readonly parameters: Readonly<Record<string, Given>>;
  readonly statistics: Readonly<Record<string, readonly number[]>>;
  readonly x: readonly number[];
  readonly y: readonly number[];
}
const { epsilon, cases } = fixture<{ epsilon: number; cases: RecordedUnit[] }>("networks/units.json");

for (const isNative of WAYS) {
  for (const recorded of cases.filter(({ training }) => !training)) {
    test(`${nameOf(isNative)}: ${recorded.title} is near PyTorch's float32`, () => {
      const { units, statistics, parameters, x, y, xShape } = recorded;
      const vectors = Object.entries(statistics).map(
        ([name, values]) => [name, { values, shape: [values.length] }] as const,
      );
      const all = given({ ...parameters, ...Object.fromEntries(vectors) });
      const architecture = {
        groups: [{ name: "group", blocks: [{ name: "block", units, residual: false }] }],
        features: 1,
        epsilon,
      };
      const groups = bfloat16Groups(architecture, all, 0, 1, isNative);
      const own = tf.tidy(() => groups.run(tf.tensor4d([...x], [...xShape])).dataSync());
      groups.dispose();
      assert.equal(own.length, y.length);
      const cosine = leastCosine(Float32Array.from(own), Float32Array.from(y), y.length);
      assert.ok(cosine > 0.9995, `${cosine}`);
    });
  }
}

test("most of an EfficientNet-Lite is narrow, and a network whose sides never fall is not", () => {
  for (const name of ["efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2"]) {
    const { architecture, input } = findBase(name);
    const first = firstNarrowGroup(architecture, input.size);
    assert.equal(architecture.groups[first]?.name, "blocks.2", name);
  }
  assert.equal(firstNarrowGroup(network, 64), network.groups.length);
});

test("features of photographs agree, with boundaries above, at and below the first narrow group", async () => {
  const { architecture, input } = base;
  const parameters = await pretrained();
  const x = await photographs(["photographs/chelsea.png", "photographs/coffee.png"]);
  const narrow = firstNarrowGroup(architecture, input.size);
  const plain = boundaryPass(architecture, parameters, []);
  const wanted = plain.run(x);
  const before = tf.memory().numTensors;
  for (const boundaries of [[], [narrow - 1, narrow, narrow + 1], [narrow + 2]]) {
    const pass = boundaryPass(architecture, parameters, boundaries, narrow);
    const result = pass.run(x);
    assert.deepEqual([...result.activations.keys()], boundaries);
    assert.deepEqual(pass.boundaries, boundaries);
    const [one, other] = [result.features, wanted.features].map((f) => f.dataSync() as Float32Array);
    const cosine = leastCosine(one as Float32Array, other as Float32Array, architecture.features);
    assert.ok(cosine > 0.9993 && cosine < 1, `${cosine}`);
    // Below, all is float32, to the bit.
    const below = result.activations.get(narrow);
    if (below !== undefined) {
      const groups = freezeGroups(architecture, parameters, 0, narrow);
      const exact = groups.run(x);
      assert.deepEqual(below.dataSync(), exact.dataSync());
      exact.dispose();
      groups.dispose();
    }
    disposePass(result);
    pass.dispose();
    assert.equal(tf.memory().numTensors, before);
  }
  disposePass(wanted);
  plain.dispose();
});

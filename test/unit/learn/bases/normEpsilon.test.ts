/** Norms that add another number to the variance than their architecture: the same network of norms that add what that does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Architecture } from "../../../../learn/bases/architecture.js";
import { chosenBase } from "../../../../learn/bases/chosen.js";
import { KNOWN_BASES } from "../../../../learn/bases/known/known.js";
import { withNormEpsilon } from "../../../../learn/bases/normEpsilon.js";
import { tf } from "../../../../learn/engine.js";
import { freezeGroups } from "../../../../learn/network/network.js";
import { type Parameters, parameter } from "../../../../learn/network/parameters.js";
import { ThawError } from "../../../../spec/errors.js";
import { EVERY_UNIT, everyUnitParameters } from "../../../support/models/everyUnit.js";
import { madeUpFeatures } from "../madeUpRuns.js";
import { assertClose, base, checkpointFile, fixture } from "../support.js";

type Frozen = Readonly<Record<"gamma" | "beta" | "mean" | "variance" | "x" | "y", readonly number[]>>;

const { frozenNorm } = fixture<{ readonly frozenNorm: Frozen }>("networks/units.json");
const CHANNELS = frozenNorm.gamma.length;
const NORM: Architecture = {
  groups: [
    {
      name: "all",
      blocks: [
        {
          name: "block",
          units: [{ kind: "norm", name: "norm", channels: CHANNELS, activation: "none" }],
          residual: false,
        },
      ],
    },
  ],
  features: CHANNELS,
  epsilon: 1e-5,
};

const parametersOf = (frozen: Frozen): Parameters =>
  new Map(
    (["gamma", "beta", "mean", "variance"] as const).map((part) => [
      `norm.${part}`,
      { shape: [CHANNELS], data: Float32Array.from(frozen[part]) },
    ]),
  );

function outputOf(parameters: Parameters): ArrayLike<number> {
  const network = freezeGroups(NORM, parameters, 0, 1);
  const side = Math.sqrt(frozenNorm.x.length / CHANNELS);
  try {
    return tf.tidy(() => network.run(tf.tensor4d([...frozenNorm.x], [1, side, side, CHANNELS])).dataSync());
  } finally {
    network.dispose();
  }
}

test("norms that torchvision's detectors froze without epsilon give what PyTorch gives", () => {
  const parameters = parametersOf(frozenNorm);
  assertClose(outputOf(withNormEpsilon(NORM, parameters, 0)), frozenNorm.y, 1e-5, "y");
  // With the architecture's own they would be far off.
  const most = Math.max(...frozenNorm.y.map(Math.abs));
  const plain = outputOf(parameters);
  assert.ok(frozenNorm.y.some((y, i) => Math.abs(y - (plain[i] ?? 0)) > 0.1 * most));
});

test("every norm of a network is given the other epsilon, and statistics stay", () => {
  const parameters = everyUnitParameters();
  const changed = withNormEpsilon(EVERY_UNIT, parameters, 0.05);
  const wanted = madeUpFeatures({ ...EVERY_UNIT, epsilon: 0.05 }, parameters, 29);
  assertClose(madeUpFeatures(EVERY_UNIT, changed, 29), wanted, 1e-5, "features");
  for (const [name, { data }] of parameters)
    if (!name.endsWith(".gamma")) assert.deepEqual(changed.get(name)?.data, data, name);
});

test("a variance of nought without epsilon is refused, and named", () => {
  const parameters = parametersOf({ ...frozenNorm, variance: new Array<number>(CHANNELS).fill(0) });
  assert.throws(
    () => withNormEpsilon(NORM, parameters, 0),
    (error) => {
      assert.ok(error instanceof ThawError);
      assert.equal(error.code, "DATA_INVALID");
      assert.match(error.message, /a variance of norm is zero/);
      assert.match(error.hint ?? "", /--norm-epsilon/);
      return true;
    },
  );
});

test("a base whose record says so is read with that epsilon", async () => {
  const checkpoint = await checkpointFile();
  const named = { name: "own@1", architecture: base.name, checkpoint };
  const plain = await chosenBase(named).load(checkpoint);
  const normEpsilon = 0.01;
  const other = await chosenBase({ ...named, normEpsilon }).load(checkpoint);
  const [gamma, variance] = ["gamma", "variance"].map((part) => parameter(plain, `stem.0.conv.${part}`).data);
  const changed = parameter(other, "stem.0.conv.gamma").data;
  const { epsilon } = base.architecture;
  changed.forEach((value, c) => {
    const [factor = 0, spread = 0] = [gamma?.[c], variance?.[c]];
    const wanted = factor * Math.sqrt((spread + epsilon) / (spread + normEpsilon));
    assert.ok(Math.abs(value - wanted) <= 1e-5 * Math.abs(wanted));
  });
});

test("the catalogue's detectors have norms without epsilon, and nothing else has", () => {
  const without = KNOWN_BASES.filter(({ normEpsilon }) => normEpsilon !== undefined);
  assert.deepEqual(
    without.map(({ prefix, normEpsilon }) => [prefix, normEpsilon]),
    KNOWN_BASES.filter(({ prefix }) => prefix === "backbone.body.").map(({ prefix }) => [prefix, 0]),
  );
  assert.equal(without.length, 3);
});

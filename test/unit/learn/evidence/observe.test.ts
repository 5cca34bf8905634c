/** What is observed of a network whose norms stand before, after and without convolutions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { normedUnitsOf } from "../../../../learn/bases/architecture.js";
import { observer } from "../../../../learn/domain/observe.js";
import { tf } from "../../../../learn/engine.js";
import { freezeGroups } from "../../../../learn/network/network.js";
import { parameter } from "../../../../learn/network/parameters.js";
import { EVERY_UNIT, everyUnitParameters } from "../../../support/models/everyUnit.js";
import { assertClose } from "../support.js";
import { madeUpPixels } from "../torchSupport.js";

const SIDE = 29;
const parameters = everyUnitParameters();
const norms = EVERY_UNIT.groups.flatMap(normedUnitsOf);

/** The units of the named block alone, as a network of their own. */
function upTo(block: string, units: number) {
  const [group] = EVERY_UNIT.groups;
  const blocks = group?.blocks ?? [];
  const last = blocks.findIndex(({ name }) => name === block);
  const part = blocks.slice(0, last);
  const cut = blocks[last];
  assert.ok(cut);
  return {
    ...EVERY_UNIT,
    groups: [
      { name: "all", blocks: [...part, { ...cut, units: cut.units.slice(0, units), residual: false }] },
    ],
  };
}

test("every batch norm is observed, in the order of the units", (context) => {
  const network = observer(EVERY_UNIT, parameters);
  context.after(() => network.dispose());
  const x = tf.tensor4d(madeUpPixels(2, SIDE), [2, SIDE, SIDE, 3]);
  const moments = network.run(x);
  assert.equal(moments.length, norms.length);
  moments.forEach(({ mean, square }, i) => {
    const name = norms[i]?.name ?? "";
    const channels = parameter(parameters, `${name}.variance`).data.length;
    assert.equal(mean.length, 2 * channels, name);
    // The mean of squares is at least the square of the mean.
    mean.forEach((value, k) => {
      assert.ok((square[k] as number) >= value ** 2 * (1 - 1e-5), name);
    });
  });
  x.dispose();
});

test("a norm without a convolution is observed as it standardises its input", (context) => {
  const name = "dense.norm";
  const below = upTo("dense", 0);
  const network = observer(EVERY_UNIT, parameters);
  const frozen = freezeGroups(below, parameters, 0, 1);
  context.after(() => {
    network.dispose();
    frozen.dispose();
  });
  const x = tf.tensor4d(madeUpPixels(1, SIDE), [1, SIDE, SIDE, 3]);
  const means = tf.tidy(() => frozen.run(x).mean([1, 2]).dataSync());
  const { data: mean } = parameter(parameters, `${name}.mean`);
  const { data: variance } = parameter(parameters, `${name}.variance`);
  const expected = Array.from(
    means,
    (value, c) => (value - (mean[c] as number)) / Math.sqrt((variance[c] as number) + EVERY_UNIT.epsilon),
  );
  const position = norms.findIndex((unit) => unit.name === name);
  assertClose(network.run(x)[position]?.mean ?? [], expected, 1e-5, "means");
  x.dispose();
});

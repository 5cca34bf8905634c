/** Peak rates and decay of what a stage trains. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HEAD_BIAS, HEAD_KERNEL } from "../../../../learn/network/head.js";
import { groupRates, rateByParameter } from "../../../../learn/training/optimizer/groupRates.js";
import { runFileSchema } from "../../../../spec/runFile/runFile.js";
import { base } from "../support.js";

const settings = (changes: object) =>
  runFileSchema.parse({ name: "m", data: { path: "images" }, unfreeze: changes }).unfreeze;
const top3 = base.architecture.groups.slice(-3);

const RATES = [
  { what: "by depth", rates: {}, expected: [0.001, 0.0005, 0.00025] },
  { what: "by name", rates: { "blocks.6": 0.01, "blocks.5": 0.003 }, expected: [0.001, 0.01, 0.003] },
  {
    what: "of groups that are not trained, without effect",
    rates: { "blocks.1": 1 },
    expected: [0.001, 0.0005, 0.00025],
  },
];

for (const { what, rates, expected } of RATES) {
  test(`rates ${what}`, () => {
    assert.deepEqual(
      groupRates(top3, settings({ rates })).map(({ name, learningRate }) => [name, learningRate]),
      [
        ["top", expected[0]],
        ["blocks.6", expected[1]],
        ["blocks.5", expected[2]],
      ],
    );
  });
}

test("kernels decay, batch norm and biases do not; L2-SP pulls the base's kernels to their pretrained values", () => {
  const name = "blocks.6.0.project.kernel";
  const pretrained = new Map([[name, { shape: [2], data: Float32Array.from([1, 2]) }]]);
  for (const l2_sp of [0, 0.1]) {
    const file = settings({ weight_decay: 0.02, l2_sp, head_learning_rate: 0.004 });
    const rateOf = rateByParameter(groupRates(top3, file), file, pretrained);
    assert.deepEqual(rateOf(HEAD_KERNEL), { learningRate: 0.004, weightDecay: 0.02 });
    for (const free of [HEAD_BIAS, "top.0.conv.gamma", "blocks.6.0.project.beta"]) {
      assert.equal(rateOf(free).weightDecay, 0, free);
    }
    assert.deepEqual(
      rateOf(name),
      l2_sp === 0
        ? { learningRate: 0.0005, weightDecay: 0.02 }
        : { learningRate: 0.0005, weightDecay: 0.1, anchor: pretrained.get(name)?.data },
    );
  }
});

/** Networks of every kind of unit in bfloat16: the pass can be compiled, and its features agree or are told not to. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { TrainedModel } from "../../../export/trainedModel.js";
import { tf } from "../../../learn/engine.js";
import { bfloat16Groups, computesBfloat16 } from "../../../learn/network/bfloat16Groups.js";
import { freezeGroups, poolFeatures } from "../../../learn/network/network.js";
import { leastCosine } from "../../../learn/stages/precision.js";
import { pixelTensor } from "../../../learn/training/step/pixels.js";
import { LEAST_COSINE } from "../../../spec/engine/precision.js";
import { modelOfEveryUnit } from "../../support/models/everyUnit.js";
import { type MadeUpModel, madeUpGraph, madeUpMember } from "../../support/models/madeUpModel.js";
import { temporaryFolder } from "../../unit/learn/support.js";

const NETWORKS: readonly {
  readonly name: string;
  readonly make: (folder: string) => MadeUpModel | Promise<MadeUpModel>;
}[] = [
  { name: "every unit", make: modelOfEveryUnit },
  ...["convnext-atto", "regnety-008", "mobilenetv4-conv-small"].map((name) => ({
    name,
    make: () => madeUpMember(name),
  })),
  ...["convnext", "mobilenetv3", "densenet", "csp"].map((network) => ({
    name: `the graph of ${network}`,
    make: (folder: string) => madeUpGraph(network, folder),
  })),
];

/** All groups but the first, which is what most is computed so; of a single group that one. @returns a cosine for each way */
function cosinesOf(
  { architecture, parameters }: TrainedModel,
  x: ReturnType<typeof pixelTensor>,
  ways: readonly boolean[],
): readonly number[] {
  const { groups, features } = architecture;
  const from = groups.length > 1 ? 1 : 0;
  const below = freezeGroups(architecture, parameters, 0, from);
  const plain = freezeGroups(architecture, parameters, from, groups.length);
  const narrow = ways.map((isNative) =>
    bfloat16Groups(architecture, parameters, from, groups.length, isNative),
  );
  try {
    return tf.tidy(() => {
      const middle = from === 0 ? x : below.run(x);
      const featuresOf = (pass: (typeof narrow)[number]): Float32Array =>
        Float32Array.from(poolFeatures(pass.run(middle)).dataSync());
      const one = featuresOf(plain);
      return narrow.map((pass) => {
        const other = featuresOf(pass);
        assert.notDeepEqual(one, other, "it is computed otherwise");
        assert.ok(other.every(Number.isFinite));
        return leastCosine(one, other, features);
      });
    });
  } finally {
    for (const pass of [below, plain, ...narrow]) pass.dispose();
  }
}

for (const { name, make } of NETWORKS) {
  test(`${name} has nearly the same features in bfloat16`, async (context: TestContext) => {
    const { model, pixels } = await make(await temporaryFolder(context));
    const { size, pixelScale } = model.input;
    const x = pixelTensor(pixels, [pixels.length / (3 * size ** 2), size, size, 3], pixelScale);
    context.after(() => x.dispose());
    const ways = computesBfloat16() ? [true, false] : [false];
    for (const [way, cosine] of cosinesOf(model, x, ways).entries()) {
      context.diagnostic(`${ways[way] ? "computed" : "rounded"}: cosine ${cosine}`);
      assert.ok(cosine >= LEAST_COSINE, `a cosine of ${cosine}`);
    }
  });
}

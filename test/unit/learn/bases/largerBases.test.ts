/** EfficientNet-Lite1 and Lite2 against PyTorch's own forward pass, at their own input sizes. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import sharp from "sharp";
import { type Base, CATALOGUE, findBase } from "../../../../learn/bases/catalogue.js";
import { type Tensor4D, tf } from "../../../../learn/engine.js";
import { denseLogits } from "../../../../learn/network/head.js";
import { freezeGroups, poolFeatures } from "../../../../learn/network/network.js";
import { type Parameters, parameter } from "../../../../learn/network/parameters.js";
import { pixelTensor } from "../../../../learn/training/step/pixels.js";
import { baseCheckpoint } from "../../../../runtime/components/download/baseCheckpoint.js";
import { FIXTURES, fixture, largestDifference } from "../support.js";

/** The bound; measured: 1.1e-5. */
const LOGIT_TOLERANCE = 1e-3;

interface Recorded {
  readonly base: string;
  readonly photographs: readonly {
    readonly file: string;
    readonly topFive: readonly number[];
    readonly logits: readonly number[];
  }[];
}

const { bases } = fixture<{ bases: Recorded[] }>("networks/largerBases.json");

/** The 224 px photographs with a border of the mean at right and below, as in test/fixtures/generators/common.py. */
async function bordered(files: readonly string[], { size, pixelScale }: Base["input"]): Promise<Tensor4D> {
  const border = size - 224;
  const background = { r: 127, g: 127, b: 127 };
  const pixels = await Promise.all(
    files.map((file) =>
      sharp(join(FIXTURES, file)).extend({ right: border, bottom: border, background }).raw().toBuffer(),
    ),
  );
  return pixelTensor(Buffer.concat(pixels), [files.length, size, size, 3], pixelScale);
}

function classify(base: Base, parameters: Parameters, x: Tensor4D): Float32Array {
  const network = freezeGroups(base.architecture, parameters, 0, base.architecture.groups.length);
  const kernel = parameter(parameters, "classifier.kernel");
  const bias = parameter(parameters, "classifier.bias");
  const logits = tf.tidy(
    () =>
      denseLogits(
        poolFeatures(network.run(x)),
        tf.tensor2d(kernel.data, kernel.shape as [number, number]),
        tf.tensor1d(bias.data),
      ).dataSync() as Float32Array,
  );
  network.dispose();
  return logits;
}

for (const { base: name, photographs } of bases) {
  test(`${name} has PyTorch's logits and top five`, async () => {
    const base = findBase(name);
    const x = await bordered(
      photographs.map(({ file }) => file),
      base.input,
    );
    after(() => x.dispose());
    const logits = classify(base, await base.load(await baseCheckpoint(name)), x);
    photographs.forEach(({ file, topFive, logits: expected }, row) => {
      const own = logits.subarray(row * 1000, (row + 1) * 1000);
      const difference = largestDifference(own, expected);
      assert.ok(difference < LOGIT_TOLERANCE, `${file}: ${difference}`);
      const order = [...own.keys()].sort((a, b) => (own[b] as number) - (own[a] as number));
      assert.deepEqual(order.slice(0, 5), topFive, file);
    });
  });
}

for (const { name, sha256 } of CATALOGUE) {
  test(`the checkpoint of ${name} is the one that the catalogue names`, async () => {
    const bytes = await readFile(await baseCheckpoint(name));
    assert.equal(createHash("sha256").update(bytes).digest("hex"), sha256);
  });
}

/** The head stage on cached features, against scikit-learn's logistic regression on the same set. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { IMAGES_FILE, SUMMARY_FILE } from "../../../data/dataset/dataset.js";
import { HEAD_BIAS, HEAD_KERNEL } from "../../../learn/network/head.js";
import { parameter } from "../../../learn/network/parameters.js";
import { readSafetensors } from "../../../learn/safetensors.js";
import { createSamples } from "../../../learn/samples/files.js";
import { featureFormat } from "../../../learn/stages/activations.js";
import { trainHead } from "../../../learn/stages/trainHead.js";
import { crossEntropyAndAccuracy } from "../../../learn/training/validation.js";
import { WEIGHTS_FILE } from "../../../spec/pipeline/artifactFiles.js";
import type { ImageRecord } from "../../../spec/records/dataset.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { base, FIXTURES, fixture, smallBase, temporaryFolder } from "../../unit/learn/support.js";

const recorded = fixture<{
  classes: number;
  train: number;
  validation: number;
  test: number;
  testAccuracy: number;
}>("evidence/logisticRegression.json");
const set = await readSafetensors(join(FIXTURES, "evidence/logisticRegression.safetensors"));
const features = parameter(set, "features");
const labels = [...parameter(set, "labels").data];
const width = features.shape[1] as number;
const length = base.architecture.features;

/** The set's few features among the base's many: the others are nought everywhere. */
function padded(): Float32Array {
  const values = new Float32Array(labels.length * length);
  labels.forEach((_, row) => {
    values.set(features.data.subarray(row * width, (row + 1) * width), row * length);
  });
  return values;
}

async function writeDataset(folder: string): Promise<void> {
  await mkdir(folder);
  const splitOf = (row: number): ImageRecord["split"] => {
    if (row < recorded.train) return "train";
    return row < recorded.train + recorded.validation ? "validation" : "test";
  };
  const lines = labels.map((label, row) => {
    const place = { pack: "pack-000.bin", offset: row, length: 1 };
    const sha256 = row.toString(16).padStart(64, "0");
    return `${JSON.stringify({ path: `${row}.png`, label, split: splitOf(row), sha256, ...place })}\n`;
  });
  await writeFile(join(folder, IMAGES_FILE), lines.join(""));
  const classes = Array.from({ length: recorded.classes }, (_, c) => `class ${c}`);
  await writeFile(join(folder, SUMMARY_FILE), JSON.stringify({ classes, packs: [] }));
}

/** Trains the head with changes to the run file. @returns its summary, weights and accuracy on the test images */
async function trained(context: TestContext, changes: object) {
  const file = runFileSchema.parse({ name: "test", data: { path: "unused" }, ...changes });
  const folder = await temporaryFolder(context);
  const folders = {
    dataset: join(folder, "dataset"),
    out: join(folder, "out"),
    scratch: join(folder, "scratch"),
  };
  await writeDataset(folders.dataset);
  await mkdir(folders.out);
  const values = padded();
  const path = join(folder, "features.f32");
  const writer = await createSamples(path, featureFormat(base));
  await writer.write(0, values);
  await writer.close();

  const summary = await trainHead(
    {
      folders,
      base: await smallBase(),
      augment: { ...file.augment, views: 1 },
      loss: file.loss,
      seed: 1,
      onProgress: () => {},
    },
    file.head,
    path,
  );
  const head = await readSafetensors(join(folders.out, WEIGHTS_FILE));
  const kernel = parameter(head, HEAD_KERNEL).data;
  const bias = parameter(head, HEAD_BIAS).data;
  const first = recorded.train + recorded.validation;
  const logits = Float32Array.from({ length: recorded.test * recorded.classes }, (_, i) => {
    const [row, c] = [first + Math.floor(i / recorded.classes), i % recorded.classes];
    let sum = bias[c] as number;
    for (let f = 0; f < width; f++) {
      sum += (features.data[row * width + f] as number) * (kernel[f * recorded.classes + c] as number);
    }
    return sum;
  });
  const { accuracy } = crossEntropyAndAccuracy(logits, labels.slice(first), recorded.classes);
  return { summary, head, accuracy };
}

test("with the default settings the head is as good as logistic regression", async (context) => {
  const { summary, head, accuracy } = await trained(context, {});
  assert.ok(summary.bestEpoch > 0);
  assert.equal(summary.trainableParameters, (length + 1) * recorded.classes);
  assert.deepEqual([...head.keys()].sort(), [HEAD_BIAS, HEAD_KERNEL]);
  assert.ok(
    accuracy > recorded.testAccuracy - 0.02,
    `test accuracy ${accuracy}, logistic regression ${recorded.testAccuracy}`,
  );
});

const SHORT = { epochs: 30 };
let withoutOptions: ReturnType<typeof trained> | undefined;
/** Once for all options. */
function plainly(context: TestContext): ReturnType<typeof trained> {
  withoutOptions ??= trained(context, { head: SHORT });
  return withoutOptions;
}

const OPTIONS: Readonly<Record<string, object>> = {
  mixup: { head: { ...SHORT, mixup: 0.2 } },
  "focal loss": { head: SHORT, loss: { kind: "focal" } },
  "class weights": { head: SHORT, loss: { class_weights: "balanced" } },
};
for (const [what, changes] of Object.entries(OPTIONS)) {
  test(`${what} reaches the head's training, and it learns as well to three points`, async (context) => {
    const { head, accuracy } = await trained(context, changes);
    const plain = await plainly(context);
    assert.notDeepEqual(parameter(head, HEAD_KERNEL).data, parameter(plain.head, HEAD_KERNEL).data);
    assert.ok(accuracy > plain.accuracy - 0.03, `test accuracy ${accuracy}, without ${plain.accuracy}`);
  });
}

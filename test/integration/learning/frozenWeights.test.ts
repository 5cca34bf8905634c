/** A model as it is registered and exported, against the published checkpoint: what was frozen is the same bytes. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { loadTrainedModel } from "../../../export/trainedModel.js";
import { groupIndex } from "../../../learn/bases/architecture.js";
import { boundaryPass, disposePass } from "../../../learn/network/boundaries.js";
import { HEAD_BIAS, HEAD_KERNEL } from "../../../learn/network/head.js";
import { type Parameters, parameter } from "../../../learn/network/parameters.js";
import { extractFeatures } from "../../../learn/stages/extractFeatures.js";
import { trainHead } from "../../../learn/stages/trainHead.js";
import { tuneStage } from "../../../learn/stages/tuneStage.js";
import { trainableNames } from "../../../learn/training/step/suffix.js";
import { FEATURES_FILE, WEIGHTS_FILE } from "../../../spec/pipeline/artifactFiles.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { drawnFolder } from "../../support/images/drawn.js";
import { ingestFor } from "../../unit/learn/stageContexts.js";
import { base, checkpointFile, photographs, temporaryFolder } from "../../unit/learn/support.js";

const CLASSES = ["disc", "moon", "star"] as const;
const IMAGES_PER_CLASS = 12;
const IMAGES = await drawnFolder(IMAGES_PER_CLASS, CLASSES);
const DEEPEST = "blocks.6";
const { architecture } = base;

// A head after one epoch has much to learn, so the stage is kept; without augmentation the pass is short.
const file = runFileSchema.parse({
  name: "test",
  data: { path: "unused", test: 0.2, validation: 0.3 },
  augment: { views: 1 },
  head: { epochs: 1 },
  unfreeze: { epochs: 3 },
});

async function tunedModel(context: TestContext): Promise<{ weights: string; checkpoint: string }> {
  const folder = await temporaryFolder(context);
  for (const name of CLASSES) {
    const files = (await readdir(join(IMAGES, name))).sort().slice(0, IMAGES_PER_CLASS);
    await mkdir(join(folder, "images", name), { recursive: true });
    for (const image of files) await cp(join(IMAGES, name, image), join(folder, "images", name, image));
  }
  const { context: stage } = await ingestFor(folder, join(folder, "images"), file);
  const checkpoint = await checkpointFile();
  await extractFeatures(await stage("features"), [DEEPEST], false);
  await trainHead(await stage("head"), file.head, join(folder, "features", FEATURES_FILE));
  const { stages: _stages, ...settings } = file.unfreeze;
  const { kept } = await tuneStage(
    await stage("tune"),
    { ...settings, deepest: DEEPEST, stage: 1 },
    join(folder, "head", WEIGHTS_FILE),
    // A stage that was rolled back would show nothing.
    () => ({ kept: true, verdict: "kept for the test" }),
  );
  assert.ok(kept);
  return { weights: join(folder, "tune", WEIGHTS_FILE), checkpoint };
}

const bytesOf = (parameters: Parameters, name: string): Buffer => {
  const { data } = parameter(parameters, name);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
};

test("frozen weights and all batch norm statistics of a tuned model are the checkpoint's, byte for byte", async (context) => {
  const { weights, checkpoint } = await tunedModel(context);
  const choice = { name: base.name, checkpoint };
  const { parameters } = await loadTrainedModel(choice, weights, { classes: CLASSES });
  assert.equal(
    createHash("sha256")
      .update(await readFile(checkpoint))
      .digest("hex"),
    base.sha256,
  );
  const published = await base.load(checkpoint);
  const from = groupIndex(architecture, DEEPEST);
  const trained = new Set(trainableNames(architecture, from));
  for (const name of published.keys()) {
    const same = bytesOf(parameters, name).equals(bytesOf(published, name));
    assert.equal(same, !trained.has(name), name);
  }
  const added = [...parameters.keys()].filter((name) => !published.has(name));
  assert.deepEqual(added.sort(), [HEAD_BIAS, HEAD_KERNEL]);

  // The frozen layers of the model compute the very numbers that the base's do; those above do not.
  const x = await photographs(["photographs/chelsea.png"]);
  const compute = (source: Parameters): Buffer[] => {
    const pass = boundaryPass(architecture, source, [from]);
    const result = pass.run(x);
    const boundary = result.activations.get(from);
    assert.ok(boundary);
    const values = [boundary, result.features].map((tensor) =>
      Buffer.from((tensor.dataSync() as Float32Array).slice().buffer),
    );
    disposePass(result);
    pass.dispose();
    return values;
  };
  const [ownBoundary, ownFeatures] = compute(parameters);
  const [boundary, features] = compute(published);
  x.dispose();
  assert.ok(boundary !== undefined && features !== undefined);
  assert.ok(ownBoundary?.equals(boundary), "below the boundary");
  assert.ok(!ownFeatures?.equals(features), "above it");
});

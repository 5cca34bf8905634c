/** What a run has computed of the frozen base serves its evaluation, and nobody can tell from the bytes. */

import assert from "node:assert/strict";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { tf } from "../../../learn/engine.js";
import { readRecords } from "../../../learn/stages/activations.js";
import { evaluate } from "../../../learn/stages/evaluate.js";
import { extractFeatures } from "../../../learn/stages/extractFeatures.js";
import { openPlainFeatures } from "../../../learn/stages/plainFeatures.js";
import { trainHead } from "../../../learn/stages/trainHead.js";
import { trainScratch } from "../../../learn/stages/trainScratch.js";
import { tuneStage } from "../../../learn/stages/tuneStage.js";
import { FEATURE_MAP_FILE, FEATURES_FILE, WEIGHTS_FILE } from "../../../spec/pipeline/artifactFiles.js";
import { settledAugment } from "../../../spec/pipeline/views.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { drawnFolder } from "../../support/images/drawn.js";
import { ingestFor } from "../../unit/learn/stageContexts.js";
import { base, temporaryFolder } from "../../unit/learn/support.js";

const IMAGES = await drawnFolder(14, ["disc", "moon", "star"]);
const FILE = runFileSchema.parse({
  name: "test",
  data: { path: "unused", test: 0.3, validation: 0.2 },
  augment: { views: 2 },
});

async function prepared(test: TestContext) {
  const folder = await temporaryFolder(test);
  return { folder, ...(await ingestFor(folder, IMAGES, FILE)) };
}

test("the evaluation of a head takes the run's features, and nobody can tell from what it says", async (context) => {
  const run = await prepared(context);
  await extractFeatures(await run.context("features"), [], false);
  const features = join(run.folder, "features", FEATURES_FILE);
  await trainHead(await run.context("head"), FILE.head, features);
  const candidates = [{ stage: "head", weights: join(run.folder, "head", WEIGHTS_FILE) }];
  const tensors = tf.memory().numTensors;
  const evaluated = async (name: string, file?: string) => {
    const own = await run.context(name);
    // Mirrored images are in no features.
    const flipping = { ...own, augment: { ...settledAugment(FILE.augment), flip: true } };
    const evaluation = await evaluate(flipping, candidates, undefined, [], file);
    const files = (await readdir(own.folders.out)).sort();
    const bytes = await Promise.all(files.map((one) => readFile(join(own.folders.out, one))));
    return { evaluation, files, bytes };
  };
  const passed = await evaluated("evaluate-images");
  assert.deepEqual(await evaluated("evaluate-features", features), passed);
  assert.ok(passed.files.includes(FEATURE_MAP_FILE));
  assert.equal(tf.memory().numTensors, tensors, "neither left a tensor behind");

  // Other features give another answer: they are what was looked at.
  const turned = join(run.folder, "turned.f32");
  const values = new Float32Array(Uint8Array.from(await readFile(features)).buffer);
  await writeFile(turned, new Uint8Array(values.map((value) => -value).buffer));
  assert.notEqual((await evaluated("evaluate-turned", turned)).evaluation.loss, passed.evaluation.loss);
  const cut = join(run.folder, "cut.f32");
  await writeFile(cut, new Uint8Array(values.slice(base.architecture.features).buffer));
  await assert.rejects(evaluated("evaluate-cut", cut), /rows, the images have \d+ views/);
});

test("the evaluation of a tuned network takes the activations that it was trained on, if they are here", async (context) => {
  const run = await prepared(context);
  await extractFeatures(await run.context("features"), ["blocks.6"], true);
  const features = join(run.folder, "features", FEATURES_FILE);
  await trainHead(await run.context("head"), FILE.head, features);
  const weights = (stage: string): string => join(run.folder, stage, WEIGHTS_FILE);
  const { stages: _stages, surgical: _surgical, ...settings } = FILE.unfreeze;
  const gate = { ...settings.gate, rule: "always" as const };
  const tuned = await run.context("tune-1");
  await tuneStage(tuned, { ...settings, gate, epochs: 1, deepest: "blocks.6", stage: 1 }, weights("head"));
  await trainScratch(await run.context("scratch-1"), 1, 8);
  const candidates = [
    { stage: "head", weights: weights("head") },
    { stage: "tune-1", weights: weights("tune-1"), deepest: "blocks.6" },
  ];
  const scratch = { weights: weights("scratch-1"), seconds: 1, epochs: 1 };
  const evaluated = async (name: string) => {
    const own = await run.context(name);
    const evaluation = await evaluate(own, candidates, scratch, [], features);
    const files = (await readdir(own.folders.out)).sort();
    const bytes = await Promise.all(files.map((one) => readFile(join(own.folders.out, one))));
    return { evaluation, files, bytes };
  };
  const kept = await evaluated("evaluate-kept");

  // Without them it has to pass the images through the base again.
  const file = join(tuned.folders.scratch, "blocks.6.f32");
  const values = Uint8Array.from(await readFile(file));
  await rm(file);
  assert.deepEqual(await evaluated("evaluate-computed"), kept);

  // Other activations give another answer, so they are what was looked at; a digest would tell that they are others.
  await rm(`${file}.sha256`);
  await writeFile(file, new Uint8Array(new Float32Array(values.buffer).map((value) => -value).buffer));
  assert.notEqual((await evaluated("evaluate-turned")).evaluation.loss, kept.evaluation.loss);
});

test("features are no substitute for a pass whose last batch has one image: that is rounded otherwise", async (context) => {
  const run = await prepared(context);
  await extractFeatures(await run.context("features"), [], false);
  const { records } = await readRecords(run.dataset);
  const file = join(run.folder, "features", FEATURES_FILE);
  const plain = openPlainFeatures(file, base, records, settledAugment(FILE.augment).views);
  assert.ok(plain !== undefined);
  try {
    assert.equal(plain.of([0, 1, 2], 2), undefined);
    assert.equal(plain.of([3], 32), undefined);
    const [one, two] = [plain.of([0, 5], 2), plain.of([5, 0], 32)];
    const { features: length } = base.architecture;
    assert.deepEqual(one?.slice(length), two?.slice(0, length));
    assert.deepEqual(one?.slice(0, length), two?.slice(length));
  } finally {
    plain.close();
  }
});

/** The stages of learning one after the other, on a few real drawn images. */

import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { openDataset } from "../../../data/dataset/dataset.js";
import { ingest } from "../../../data/dataset/ingest.js";
import { tf } from "../../../learn/engine.js";
import { HEAD_BIAS, HEAD_KERNEL } from "../../../learn/network/head.js";
import { readSafetensors, writeSafetensors } from "../../../learn/safetensors.js";
import { evaluate } from "../../../learn/stages/evaluate.js";
import { extractFeatures } from "../../../learn/stages/extractFeatures.js";
import type { StageContext } from "../../../learn/stages/job.js";
import { trainHead } from "../../../learn/stages/trainHead.js";
import { trainScratch } from "../../../learn/stages/trainScratch.js";
import { tuneStage } from "../../../learn/stages/tuneStage.js";
import { trainableNames } from "../../../learn/training/step/suffix.js";
import type { BaseChoice } from "../../../spec/base.js";
import { ThawError } from "../../../spec/errors.js";
import {
  ACTIVATION_MAPS_FILE,
  FEATURE_MAP_FILE,
  FEATURES_FILE,
  PREDICTIONS_FILE,
  WEIGHTS_FILE,
} from "../../../spec/pipeline/artifactFiles.js";
import { settledAugment } from "../../../spec/pipeline/views.js";
import type { FullPrediction } from "../../../spec/records/evaluation.js";
import type { Progress } from "../../../spec/records/training.js";
import type { ActivationMaps, FeatureMap } from "../../../spec/records/visuals.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { drawnFolder } from "../../support/images/drawn.js";
import { base, checkpointFile, smallBase, temporaryFolder } from "../../unit/learn/support.js";
import { networkNamed, stateDict } from "../../unit/learn/torchSupport.js";

const CLASSES = ["disc", "moon", "star"] as const;
const IMAGES_PER_CLASS = 14;
const IMAGES = await drawnFolder(IMAGES_PER_CLASS, CLASSES);
const SEED = 3;
const defaults = runFileSchema.parse({
  name: "test",
  data: { path: "unused", test: 0.3, validation: 0.2 },
  augment: { views: 2 },
  unfreeze: { epochs: 2 },
});

interface Run {
  readonly folder: string;
  readonly progress: Progress[];
  context(stage: string): Promise<StageContext>;
}

let shared: string;
/** The images, ingested once for all runs, which only read them. */
let dataset: string;
before(async () => {
  shared = await mkdtemp(join(tmpdir(), "thaw-stages-"));
  dataset = join(shared, "dataset");
  const { path: _path, ...data } = defaults.data;
  const digestCache = join(shared, "digests.json");
  await ingest({ source: IMAGES, data, seed: SEED, digestCache, out: dataset, onProgress: () => {} });
});
after(() => rm(shared, { recursive: true, force: true }));

async function prepareRun(test: TestContext, choice?: BaseChoice): Promise<Run> {
  const folder = await temporaryFolder(test);
  const progress: Progress[] = [];
  const chosen = choice ?? (await smallBase());
  return {
    folder,
    progress,
    context: async (stage) => {
      const out = join(folder, stage);
      await mkdir(out);
      return {
        folders: { dataset, out, scratch: join(folder, "activations") },
        base: chosen,
        augment: settledAugment(defaults.augment),
        seed: SEED,
        onProgress: (update) => progress.push(update),
      };
    },
  };
}

test("features, head, two stages of tuning, training from scratch and evaluation", async (context) => {
  const run = await prepareRun(context);
  const { records } = await openDataset(dataset);
  const tensors = tf.memory().numTensors;

  const features = await extractFeatures(await run.context("features"), ["blocks.6", "top"], true);
  const train = records.filter(({ split }) => split === "train").length;
  assert.equal(features.rows, records.length + train * (settledAugment(defaults.augment).views - 1));
  assert.deepEqual((await readdir(join(run.folder, "activations"))).sort(), [
    "blocks.6.f32",
    "blocks.6.f32.sha256",
    "pixels.u8",
    "pixels.u8.sha256",
    "top.f32",
    "top.f32.sha256",
  ]);

  const head = await trainHead(
    await run.context("head"),
    defaults.head,
    join(run.folder, "features", FEATURES_FILE),
  );
  const headWeights = join(run.folder, "head", WEIGHTS_FILE);
  assert.deepEqual([...(await readSafetensors(headWeights)).keys()].sort(), [HEAD_BIAS, HEAD_KERNEL]);
  assert.ok(head.history.length > 0);

  const settings = { ...defaults.unfreeze, stage: 1, deepest: "top" };
  const first = await tuneStage(await run.context("tune-1"), settings, headWeights);
  // The stage starts where the head ended: folding the scale into the head changed nothing.
  assert.ok(Math.abs(first.before.validationLoss - head.validationLoss) < 1e-3);
  const second = await tuneStage(
    await run.context("tune-2"),
    { ...settings, stage: 2, deepest: "blocks.6" },
    join(run.folder, "tune-1", WEIGHTS_FILE),
  );
  for (const [stage, summary, previous] of [
    ["tune-1", first, "head"],
    ["tune-2", second, "tune-1"],
  ] as const) {
    const path = join(run.folder, stage, WEIGHTS_FILE);
    if (summary.kept) {
      const names = trainableNames(base.architecture, stage === "tune-1" ? 8 : 7);
      assert.deepEqual([...(await readSafetensors(path)).keys()].sort(), names.sort(), stage);
    } else {
      assert.deepEqual(await readFile(path), await readFile(join(run.folder, previous, WEIGHTS_FILE)), stage);
    }
    assert.match(summary.verdict, summary.kept ? /^kept: / : /^rolled back: /);
  }
  assert.deepEqual(
    second.groups.map(({ name, learningRate }) => [name, learningRate]),
    [
      ["top", 0.001],
      ["blocks.6", 0.0005],
    ],
  );
  assert.equal(second.before.validationLoss, first.kept ? first.validationLoss : first.before.validationLoss);

  const scratch = await trainScratch(await run.context("scratch"), 0.5, 8);
  assert.ok(scratch.history.length > 0);

  const evaluation = await evaluate(
    { ...(await run.context("evaluate")), augment: { ...settledAugment(defaults.augment), flip: true } },
    [
      { stage: "head", weights: headWeights },
      { stage: "tune-1", weights: join(run.folder, "tune-1", WEIGHTS_FILE), deepest: "top" },
      { stage: "tune-2", weights: join(run.folder, "tune-2", WEIGHTS_FILE), deepest: "blocks.6" },
    ],
    { weights: join(run.folder, "scratch", WEIGHTS_FILE), seconds: 0.5, epochs: scratch.history.length },
  );
  const held = records.filter(({ split }) => split === "test").length;
  assert.equal(evaluation.images, held);
  assert.equal(
    evaluation.confusion.flat().reduce((a, b) => a + b),
    held,
  );
  assert.equal(evaluation.byStage.at(-1)?.accuracy, evaluation.accuracy);
  assert.ok(evaluation.accuracy >= 0.6, `accuracy ${evaluation.accuracy} of three shapes`);
  assert.ok(
    evaluation.accuracy > (evaluation.scratch?.accuracy ?? 1),
    "transfer beats half a second from scratch",
  );
  const predictions = (await readFile(join(run.folder, "evaluate", PREDICTIONS_FILE), "utf8"))
    .trim()
    .split("\n");
  assert.equal(predictions.length, held);
  const { temperature = 0, calibration, conformal, mirrored } = evaluation;
  for (const line of predictions) {
    const { probabilities, predicted, confidence } = JSON.parse(line) as FullPrediction;
    assert.equal(confidence, Math.max(...probabilities));
    assert.equal(probabilities[predicted], confidence);
    assert.ok(Math.abs(probabilities.reduce((a, b) => a + b) - 1) < 1e-5);
  }
  // Two or three validation images a class: too few to promise 90 %, and so every class is possible.
  assert.ok(temperature > 0.05 && temperature < 20, `temperature ${temperature}`);
  assert.equal(calibration?.before.loss, evaluation.loss);
  assert.equal(conformal?.calibrationImages, records.filter(({ split }) => split === "validation").length);
  assert.equal(conformal?.quantile === undefined, (conformal?.calibrationImages ?? 0) < 9);
  // Hands in mirror images are still hands: most of them are recognized.
  assert.ok((mirrored?.accuracy ?? 0) >= 0.5, `mirrored ${mirrored?.accuracy}`);
  const { againstHead, byStage } = evaluation;
  assert.equal(
    Math.round(held * ((byStage.at(-1)?.accuracy ?? 0) - (byStage[0]?.accuracy ?? 0))),
    (againstHead?.better ?? Number.NaN) - (againstHead?.worse ?? Number.NaN),
  );
  assert.equal(
    evaluation.mistakes.length,
    predictions.map((line) => JSON.parse(line)).filter(({ label, predicted }) => label !== predicted).length,
  );

  const { labelSuspects } = evaluation;
  assert.equal(labelSuspects?.judged, records.filter(({ split }) => split !== "train").length);
  assert.ok(
    labelSuspects.shown.every(({ split, label, suggested }) => split !== "train" && label !== suggested),
  );

  const read = async <T>(name: string): Promise<T> =>
    JSON.parse(await readFile(join(run.folder, "evaluate", name), "utf8")) as T;
  const { rows, columns, maps, surest } = await read<ActivationMaps>(ACTIVATION_MAPS_FILE);
  assert.deepEqual([rows, columns], [2, 2]);
  const told = [
    ...evaluation.mistakes,
    ...(evaluation.topLosses ?? []),
    ...surest.flat().map((path) => ({ path })),
  ];
  assert.deepEqual(new Set(maps.map(({ path }) => path)), new Set(told.map(({ path }) => path)));
  for (const { path, values, side, width, height, confidence } of maps) {
    assert.equal(values.length, 4);
    assert.ok(values.every((value) => value >= 0 && value <= 1) && Math.max(...values) === 1, path);
    assert.ok(side > 0 && side <= Math.min(width, height));
    const line = predictions
      .map((text) => JSON.parse(text) as FullPrediction)
      .find((own) => own.path === path);
    assert.equal(line?.confidence, confidence);
  }

  const { points, explained } = await read<FeatureMap>(FEATURE_MAP_FILE);
  assert.equal(points.length, held + train);
  assert.deepEqual(
    points.flatMap(({ predicted }) => predicted ?? []),
    predictions.map((text) => (JSON.parse(text) as FullPrediction).predicted),
  );
  assert.ok(explained[0] >= explained[1] && explained[1] > 0 && explained[0] + explained[1] < 1);
  // The features of held-out and of training images come by two ways: a shift between them would part the two.
  const mean = (chosen: FeatureMap["points"]): number =>
    chosen.reduce((sum, { x }) => sum + x, 0) / chosen.length;
  const spread = Math.max(...points.map(({ x }) => x)) - Math.min(...points.map(({ x }) => x));
  const [tested, trained] = [points.filter((p) => p.predicted !== undefined), points.slice(held)];
  assert.ok(Math.abs(mean(tested) - mean(trained)) < spread / 4);

  assert.equal(tf.memory().numTensors, tensors, "no stage left a tensor behind");
  assert.ok(run.progress.some(({ phase }) => phase === "frozen layers"));
  assert.ok(run.progress.every(({ step, total }) => step >= 0 && step <= total));
});

test("a boundary that is not cached, or was changed there, is computed, and is the same", async (context) => {
  const run = await prepareRun(context);
  await extractFeatures(await run.context("features"), ["blocks.6"], false);
  const path = join(run.folder, "activations", "blocks.6.f32");
  const cached = await readFile(path);
  await trainHead(await run.context("head"), defaults.head, join(run.folder, "features", FEATURES_FILE));
  const tune = async (name: string) => {
    const settings = { ...defaults.unfreeze, epochs: 1, stage: 1, deepest: "blocks.6" };
    await tuneStage(await run.context(name), settings, join(run.folder, "head", WEIGHTS_FILE));
    return readFile(join(run.folder, name, WEIGHTS_FILE));
  };
  const before = await tune("tune");
  await rm(join(run.folder, "activations"), { recursive: true });
  assert.deepEqual(await tune("tune-again"), before);
  assert.deepEqual(await readFile(path), cached);
  const changed = Buffer.from(cached);
  changed.fill(0x3f, changed.length >> 1, (changed.length >> 1) + 4096);
  await writeFile(path, changed);
  assert.deepEqual(await tune("tune-after-damage"), before);
  assert.deepEqual(await readFile(path), cached);
  assert.ok(run.progress.some(({ phase }) => phase.includes("was changed after it was written")));
});

test("a ResNet of one's own: features, a head, a stage of tuning and the evaluation", async (context) => {
  const checkpoint = join(await temporaryFolder(context), "resnet18.safetensors");
  await writeSafetensors(checkpoint, stateDict(networkNamed("resnet18", "torchvision")));
  const run = await prepareRun(context, {
    name: "own@1",
    architecture: "resnet18",
    checkpoint,
    inputSize: 64,
  });
  const features = await extractFeatures(await run.context("features"), ["layer4"], false);
  assert.equal(features.length, 512);
  const featureFile = join(run.folder, "features", FEATURES_FILE);
  const head = await trainHead(await run.context("head"), defaults.head, featureFile);
  const weights = join(run.folder, "head", WEIGHTS_FILE);
  const settings = { ...defaults.unfreeze, epochs: 1, stage: 1, deepest: "layer4" };
  const tuned = await tuneStage(await run.context("tune-1"), settings, weights);
  // The cached activations below layer4 and the layers above them are the network that gave the features.
  assert.ok(Math.abs(tuned.before.validationLoss - head.validationLoss) < 1e-3);
  assert.deepEqual(
    tuned.groups.map(({ name }) => name),
    ["layer4"],
  );
  const { byStage } = await evaluate(await run.context("evaluate"), [
    { stage: "head", weights },
    { stage: "tune-1", weights: join(run.folder, "tune-1", WEIGHTS_FILE), deepest: "layer4" },
  ]);
  assert.deepEqual(
    byStage.map(({ stage }) => stage),
    ["head", "tune-1"],
  );
});

test("a layer group that the base lacks is an error that names those it has", async (context) => {
  const folder = await temporaryFolder(context);
  const stage = {
    folders: { dataset: folder, out: folder, scratch: folder },
    base: { name: base.name, checkpoint: await checkpointFile() },
    augment: settledAugment(defaults.augment),
    seed: SEED,
    onProgress: () => {},
  };
  const settings = { ...defaults.unfreeze, stage: 1, deepest: "blocks.9" };
  await assert.rejects(tuneStage(stage, settings, join(folder, "none")), (error) => {
    assert.ok(error instanceof ThawError);
    assert.equal(error.code, "RUN_FILE_INVALID");
    assert.match(error.hint ?? "", /blocks\.6/);
    return true;
  });
});

/** A fold of cross-validation on a few real drawn images. */

import assert from "node:assert/strict";
import { cp, mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ingest } from "../../../data/dataset/ingest.js";
import { tf } from "../../../learn/engine.js";
import { foldSplits } from "../../../learn/folds/splits.js";
import { boundaryFile, readRecords } from "../../../learn/stages/activations.js";
import { evaluate } from "../../../learn/stages/evaluate.js";
import { extractFeatures } from "../../../learn/stages/extractFeatures.js";
import { writeFoldData } from "../../../learn/stages/folds/foldData.js";
import { trainFold } from "../../../learn/stages/folds/trainFold.js";
import type { StageContext } from "../../../learn/stages/job.js";
import { trainHead } from "../../../learn/stages/trainHead.js";
import { tuneStage } from "../../../learn/stages/tuneStage.js";
import { FEATURES_FILE, PREDICTIONS_FILE, WEIGHTS_FILE } from "../../../spec/pipeline/artifactFiles.js";
import { settledAugment } from "../../../spec/pipeline/views.js";
import type { FullPrediction } from "../../../spec/records/evaluation.js";
import type { FoldPrediction } from "../../../spec/records/folds.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { drawnFolder } from "../../support/images/drawn.js";
import { largestDifference, pretrained, smallBase, temporaryFolder } from "../../unit/learn/support.js";

const CLASSES = ["disc", "moon", "star"] as const;
const IMAGES_PER_CLASS = 14;
const IMAGES = await drawnFolder(IMAGES_PER_CLASS, CLASSES);
const SEED = 3;
const FOLDS = 2;
const file = runFileSchema.parse({
  name: "test",
  // Enough validation images for the gate to prove something.
  data: { path: "unused", test: 0.3, validation: 0.35 },
  augment: { views: 3 },
  // A head that has hardly begun, so that the stage after it helps and is kept.
  head: { epochs: 1 },
  unfreeze: { epochs: 4, batch_size: 4, learning_rate: 3e-4, head_learning_rate: 1e-3 },
});

test("folds gather their activations out of the run's own, train its stages, and judge what they held out", async (testContext) => {
  const folder = await temporaryFolder(testContext);
  for (const name of CLASSES) {
    const files = (await readdir(join(IMAGES, name))).sort().slice(0, IMAGES_PER_CLASS);
    await mkdir(join(folder, "images", name), { recursive: true });
    for (const image of files) await cp(join(IMAGES, name, image), join(folder, "images", name, image));
  }
  const { path: _path, ...data } = file.data;
  const dataset = join(folder, "dataset");
  const digestCache = join(folder, "digests.json");
  const source = join(folder, "images");
  await ingest({ source, data, seed: SEED, digestCache, out: dataset, onProgress: () => {} });
  const phases = new Set<string>();
  const context = async (stage: string, of = dataset, scratch = "activations"): Promise<StageContext> => {
    const out = join(folder, stage);
    await mkdir(out);
    return {
      folders: { dataset: of, out, scratch: join(folder, scratch) },
      base: await smallBase(),
      augment: settledAugment(file.augment),
      seed: SEED,
      onProgress: ({ phase }) => phases.add(phase),
    };
  };
  await extractFeatures(await context("features"), ["blocks.6"], false);
  const features = join(folder, "features", FEATURES_FILE);

  const { records, summary } = await readRecords(dataset);
  const splits = foldSplits(records, CLASSES.length, FOLDS, SEED);
  const into = join(folder, "gathered");
  await mkdir(into);
  const first = splits[0] ?? [];
  const gathered = await writeFoldData(
    await context("gathering"),
    await pretrained(),
    { records, summary },
    first,
    features,
    ["blocks.6"],
    into,
  );
  // The same pass made afresh over the fold's dataset: what a fold reads is what it would have computed.
  await extractFeatures(await context("afresh", gathered.dataset, "afresh-activations"), ["blocks.6"], false);
  for (const [ours, theirs] of [
    [gathered.features, join(folder, "afresh", FEATURES_FILE)],
    [
      boundaryFile(gathered.scratch, "blocks.6"),
      boundaryFile(join(folder, "afresh-activations"), "blocks.6"),
    ],
  ] as const) {
    const [a, b] = await Promise.all([ours, theirs].map(async (path) => floats(await readFile(path))));
    assert.ok(a !== undefined && b !== undefined && a.length > 0);
    const difference = largestDifference(a, b);
    assert.ok(difference < 1e-4, `activations differ by ${difference}`);
  }
  const others = join(folder, "activations", "other-views", "blocks.6.f32");
  const computed = (await stat(others)).mtimeMs;

  const tensors = tf.memory().numTensors;
  const { stages: _stages, ...settings } = file.unfreeze;
  const stages = [{ ...settings, deepest: "blocks.6", stage: 1 }];
  const seen: string[] = [];
  for (const fold of [1, 2]) {
    const settings = { fold, folds: FOLDS, head: file.head, stages };
    const result = await trainFold(await context(`fold-${fold}`), settings, features);
    const predictions = await predictionsIn(join(folder, `fold-${fold}`));
    seen.push(...predictions.map(({ path }) => path));
    const own = splits[fold - 1] ?? [];
    const count = (wanted: string): number => own.filter((split) => split === wanted).length;
    assert.deepEqual(result.images, {
      train: count("train"),
      validation: count("validation"),
      heldOut: predictions.length,
    });
    assert.equal(predictions.length, count("test"));
    const right = predictions.filter(({ label, predicted }) => label === predicted).length;
    assert.equal(result.final.accuracy, right / predictions.length);
    // Three shapes, chance is a third.
    assert.ok(result.final.accuracy > 0.4, `accuracy ${result.final.accuracy}`);
    const [stage] = result.stages;
    assert.equal(stage?.deepest, "blocks.6");
    assert.match(stage?.verdict ?? "", stage?.kept === true ? /^kept: / : /^rolled back: /);
    if (stage?.kept === false)
      for (const { byHead, predicted } of predictions) assert.equal(predicted, byHead);
  }
  assert.deepEqual(seen.sort(), records.map(({ path }) => path).sort(), "every image is judged once");
  assert.equal((await stat(others)).mtimeMs, computed, "the other views are computed once for all folds");
  assert.deepEqual((await readdir(join(folder, "activations"))).sort(), [
    "blocks.6.f32",
    "blocks.6.f32.sha256",
    "other-views",
  ]);
  assert.equal(tf.memory().numTensors, tensors);
  assert.ok([...phases].some((phase) => phase.startsWith("head, epoch 1/")));

  // The run's own stages and evaluation, over the images themselves, on the first fold as a dataset.
  const on = (stage: string): Promise<StageContext> =>
    context(stage, gathered.dataset, "gathered/activations");
  await trainHead(await on("own-head"), file.head, gathered.features);
  const head = join(folder, "own-head", WEIGHTS_FILE);
  const { kept, verdict } = await tuneStage(await on("own-tune"), stages[0] as (typeof stages)[0], head);
  const evaluation = await evaluate(await on("own-evaluation"), [
    { stage: "head", weights: head },
    {
      stage: "tune-1",
      weights: join(folder, "own-tune", WEIGHTS_FILE),
      ...(kept ? { deepest: "blocks.6" } : {}),
    },
  ]);
  const ours = await predictionsIn(join(folder, "fold-1"));
  const theirs = (await readFile(join(folder, "own-evaluation", PREDICTIONS_FILE), "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as FullPrediction);
  const byHead = ours.filter(({ label, byHead }) => label === byHead).length / ours.length;
  assert.equal(evaluation.byStage[0]?.accuracy, byHead);
  for (const [row, { path, predicted, probabilities }] of theirs.entries()) {
    assert.deepEqual([ours[row]?.path, ours[row]?.predicted], [path, predicted]);
    // Evaluation's probabilities are at a temperature: their powers are in the proportions of ours.
    const powers = probabilities.map((value) => value ** (evaluation.temperature ?? 1));
    const sum = powers.reduce((total, value) => total + value, 0);
    const difference = largestDifference(
      powers.map((value) => value / sum),
      ours[row]?.probabilities ?? [],
    );
    assert.ok(difference < 1e-3, `${path}: probabilities differ by ${difference}`);
  }
  assert.ok(kept, `${verdict}; else the comparison says nothing of tuned weights`);

  const again = { fold: 1, folds: FOLDS, head: file.head, stages };
  const killed = await context("killed");
  const onProgress: StageContext["onProgress"] = ({ phase }) => {
    if (phase.startsWith("tune-1, epoch 2")) throw new Error("killed");
  };
  await assert.rejects(trainFold({ ...killed, onProgress }, again, features), /killed/);
  // Other settings have other parts.
  const other = { ...again, head: { ...again.head, dropout: 0.5 } };
  const stopped = { ...(await context("other")), onProgress: stopInHead };
  await assert.rejects(trainFold(stopped, other, features), /in the head/);
  phases.clear();
  await trainFold(await context("again"), again, features);
  assert.ok(
    [...phases].every((phase) => !phase.startsWith("head,")),
    "the head is not trained again",
  );
  assert.ok([...phases].some((phase) => phase.startsWith("tune-1, epoch 1/")));
  assert.deepEqual(await predictionsIn(join(folder, "again")), await predictionsIn(join(folder, "fold-1")));
});

const stopInHead: StageContext["onProgress"] = ({ phase }) => {
  if (phase.startsWith("head, ")) throw new Error("in the head");
};

const floats = (bytes: Buffer): Float32Array =>
  new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));

async function predictionsIn(folder: string): Promise<FoldPrediction[]> {
  const text = await readFile(join(folder, PREDICTIONS_FILE), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as FoldPrediction);
}

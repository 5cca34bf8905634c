/** The gate around a stage on drawn images: rates that are far too high, numbers that are none, surgery. */

import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ingest } from "../../../data/dataset/ingest.js";
import { parameter } from "../../../learn/network/parameters.js";
import { readSafetensors, writeSafetensors } from "../../../learn/safetensors.js";
import { evaluate } from "../../../learn/stages/evaluate.js";
import { extractFeatures } from "../../../learn/stages/extractFeatures.js";
import type { StageContext } from "../../../learn/stages/job.js";
import { trainHead } from "../../../learn/stages/trainHead.js";
import { tuneStage } from "../../../learn/stages/tuneStage.js";
import { FEATURES_FILE, ROLLED_BACK_FILE, WEIGHTS_FILE } from "../../../spec/pipeline/artifactFiles.js";
import { settledAugment } from "../../../spec/pipeline/views.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { drawnFolder } from "../../support/images/drawn.js";
import { smallBase } from "../../unit/learn/support.js";

const IMAGES = await drawnFolder(12, ["disc", "moon", "star"]);
const SEED = 1;
const file = runFileSchema.parse({
  name: "test",
  data: { path: "unused", test: 0.2, validation: 0.3 },
  augment: { views: 1 },
  unfreeze: { epochs: 2, batch_size: 8 },
});
const { stages: _stages, surgical: _surgical, ...unfreeze } = file.unfreeze;
const settings = { ...unfreeze, stage: 1, deepest: "blocks.6" };

let folder: string;
/** With features and a head; each test has stages of names of its own. */
let run: Awaited<ReturnType<typeof prepare>>;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "thaw-gated-"));
  run = await prepare();
});
after(() => rm(folder, { recursive: true, force: true }));

async function prepare() {
  for (const name of ["disc", "moon", "star"]) {
    await mkdir(join(folder, "images", name), { recursive: true });
    for (const image of (await readdir(join(IMAGES, name))).sort().slice(0, 12)) {
      await cp(join(IMAGES, name, image), join(folder, "images", name, image));
    }
  }
  const dataset = join(folder, "dataset");
  const { path: _path, ...data } = file.data;
  const source = join(folder, "images");
  const digestCache = join(folder, "digests.json");
  await ingest({ source, data, seed: SEED, digestCache, out: dataset, onProgress: () => {} });
  const context = async (stage: string): Promise<StageContext> => {
    const out = join(folder, stage);
    await mkdir(out);
    return {
      folders: { dataset, out, scratch: join(folder, "scratch") },
      base: await smallBase(),
      augment: settledAugment(file.augment),
      seed: SEED,
      onProgress: () => {},
    };
  };
  await extractFeatures(await context("features"), ["blocks.6"], false);
  await trainHead(await context("head"), file.head, join(folder, "features", FEATURES_FILE));
  return { context, weightsOf: (stage: string) => join(folder, stage, WEIGHTS_FILE) };
}

test("a stage with rates a hundred times too high is rolled back, byte for byte", async () => {
  const high = { ...settings, learning_rate: 100 * settings.learning_rate, head_learning_rate: 0.1 };
  const summary = await tuneStage(await run.context("high-tune-1"), high, run.weightsOf("head"));
  assert.equal(summary.kept, false);
  assert.match(summary.verdict, /^rolled back: validation/);
  assert.equal(summary.rateFinding, undefined);
  assert.deepEqual(await readFile(run.weightsOf("high-tune-1")), await readFile(run.weightsOf("head")));

  const braked = await tuneStage(
    await run.context("high-tune-2"),
    { ...high, find_rate: true },
    run.weightsOf("head"),
  );
  const factor = braked.rateFinding?.factor ?? 1;
  assert.ok(factor < 0.1, `the range test lowers the rates, by ${factor}`);
  assert.deepEqual(braked.groups[0], { name: "top", learningRate: high.learning_rate * factor });
  assert.ok(braked.validationLoss < summary.validationLoss, "and training does less harm");
});

test("what a rolled-back stage trained is stored beside what it hands on where that is asked for", async () => {
  const kept = { ...settings, epochs: 1, keep_rolled_back: true };
  const decide = (keep: boolean) => () => ({ kept: keep, verdict: keep ? "kept" : "rolled back" });
  const filesOf = (stage: string) => readdir(join(folder, stage));
  const head = run.weightsOf("head");
  await tuneStage(await run.context("wanted"), kept, head, decide(false));
  await tuneStage(await run.context("unasked"), { ...kept, keep_rolled_back: false }, head, decide(false));
  await tuneStage(await run.context("kept"), kept, head, decide(true));
  assert.deepEqual((await filesOf("wanted")).sort(), [ROLLED_BACK_FILE, WEIGHTS_FILE]);
  assert.deepEqual(await filesOf("unasked"), [WEIGHTS_FILE]);
  assert.deepEqual(await filesOf("kept"), [WEIGHTS_FILE]);
  assert.deepEqual(await readFile(run.weightsOf("wanted")), await readFile(head));
  assert.deepEqual(
    await readFile(join(folder, "wanted", ROLLED_BACK_FILE)),
    await readFile(run.weightsOf("kept")),
  );
});

test("a stage whose loss is no number is rolled back like any that did harm", async () => {
  const weights = new Map(await readSafetensors(run.weightsOf("head")));
  parameter(weights, "head.bias").data[0] = Number.NaN;
  await mkdir(join(folder, "broken"));
  await writeSafetensors(run.weightsOf("broken"), weights);
  const wanted = { ...settings, keep_rolled_back: true };
  const summary = await tuneStage(await run.context("broken-tune-1"), wanted, run.weightsOf("broken"));
  assert.equal(summary.kept, false);
  assert.match(summary.verdict, /^rolled back: the loss at epoch 1, step 1 is no longer a number/);
  assert.deepEqual(await readFile(run.weightsOf("broken-tune-1")), await readFile(run.weightsOf("broken")));
  assert.deepEqual(await readdir(join(folder, "broken-tune-1")), [WEIGHTS_FILE], "no numbers are no weights");
});

test("a surgical stage changes the first layers and the head, and hands on what was tuned before", async () => {
  const gentle = { ...settings, learning_rate: 1e-4, head_learning_rate: 1e-4, epochs: 1 };
  await tuneStage(await run.context("surgical-tune-1"), gentle, run.weightsOf("head"));
  const surgical = { ...gentle, deepest: "first-block", stage: 2 };
  const summary = await tuneStage(
    await run.context("surgical-tune-2"),
    surgical,
    run.weightsOf("surgical-tune-1"),
  );
  assert.equal(summary.surgical, true);
  assert.equal(summary.deepest, "stem");
  assert.deepEqual(
    summary.groups.map(({ name }) => name),
    ["blocks.0", "stem"],
  );
  const [earlier, later] = await Promise.all(
    ["surgical-tune-1", "surgical-tune-2"].map((stage) => readSafetensors(run.weightsOf(stage))),
  );
  assert.ok(earlier !== undefined && later !== undefined);
  const changed = [...later]
    .filter(([name, { data }]) => !equal(data, earlier.get(name)?.data))
    .map(([name]) => name);
  assert.ok([...earlier.keys()].every((name) => later.has(name)));
  if (summary.kept) {
    assert.ok(changed.includes("stem.0.conv.kernel") && changed.includes("head.kernel"));
    assert.ok(
      changed.every((name) => /^(stem|blocks\.0|head)\./.test(name)),
      changed.join(" "),
    );
  } else assert.deepEqual(changed, []);
  const evaluation = await evaluate(await run.context("evaluate"), [
    { stage: "head", weights: run.weightsOf("head") },
    {
      stage: "tune-2",
      weights: run.weightsOf("surgical-tune-2"),
      deepest: summary.kept ? "stem" : "blocks.6",
    },
  ]);
  assert.ok(evaluation.accuracy >= 0.5, `accuracy ${evaluation.accuracy} of three shapes`);
});

function equal(a: Float32Array, b: Float32Array | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((value, i) => value === b[i]);
}

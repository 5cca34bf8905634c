/** A TensorFlow.js layers model as a base, from `thaw bases add` to a prediction, through real services. */
import assert from "node:assert/strict";
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { RunResult } from "../../../spec/pipeline/run.js";
import type { ReportData } from "../../../spec/records/report.js";
import { readModel } from "../../../store/records/records.js";
import { thaw, thawJson, thawRefusal } from "../../support/cli/thaw.js";
import { drawnImages } from "../../support/images/drawn.js";
import { classifier, flattened, saveModel } from "../../support/models/layersModels.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";

const SHAPES = ["arrow", "disc", "hexagon", "moon", "star"] as const;
const PER_CLASS = 14;
const RUN_FILE = `
name: digits
base: own
data: { path: images, validation: 0.15 }
augment: { views: 2 }
head: { epochs: 40 }
evaluation: { folds: 2 }
`;

let stack: Stack;
before(async () => {
  stack = await sharedStack();
  await drawnImages(join(stack.folder, "images"), PER_CLASS, SHAPES, { ground: "of-class" });
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
  await saveModel(classifier(32, "averaged"), join(stack.folder, "averaged"));
  await saveModel(flattened(24, "flattened"), join(stack.folder, "flattened"), 1);
});
after(() => stack.close());

const ok = <T>(...args: string[]): Promise<T> => thawJson<T>(stack.folder, ...args);
const refusal = (...args: string[]): Promise<string> => thawRefusal(stack.folder, ...args);

const ADD = ["--arch", "layers-model"];

/** Of 16 × 16 pixels 12 kernels of 3 × 3 × 3 and 12 of 3 × 3; the sum, two images to a third, of a batch of 32 is the largest layer. */
const COST = {
  multiplyAdds: 256 * 12 * (27 + 9),
  weightBytes: 4 * (27 * 12 + 12 + 4 * 12 + 9 * 12 + 12),
  passBytes: 4 * (27 * 12 + 12 + 4 * 12 + 9 * 12 + 12) + 4 * 32 * 3 * 256 * 12,
};

test("a folder or a model.json is registered as one file, which is the same however it came", async () => {
  const first = await ok<{ version: number; sha256: string; inputSize: number; extractor: object }>(
    ...["bases", "add", "averaged", "--name", "own", ...ADD],
  );
  assert.deepEqual(
    [first.version, first.inputSize, first.extractor],
    [1, 32, { inputSize: 32, features: 12, output: "averaged_pooled", ...COST }],
  );
  const { store } = stack.session;
  for (const name of ["model.json", "group1-shard1of2.bin", "group1-shard2of2.bin"])
    await store.client.fPutObject(store.bucket, `incoming/${name}`, join(stack.folder, "averaged", name));
  const remote = `s3://${store.bucket}/incoming/model.json`;
  const again = await ok<{ sha256: string; source: string }>(
    ...["bases", "add", remote, "--name", "from-store", ...ADD],
  );
  assert.deepEqual([again.sha256, again.source], [first.sha256, remote]);
  const scale = ["--mean", "0.5", "--std", "0.5"];
  await ok("bases", "add", join("flattened", "model.json"), "--name", "flat", ...ADD, ...scale);
  const { stdout } = await thaw(["bases"], { cwd: stack.folder });
  assert.match(stdout, /own@1 .* 32 px/);
});

test("what cannot be a base is refused in words", async () => {
  assert.match(
    await refusal("bases", "add", "flattened", "-n", "x", ...ADD),
    /no Rescaling layer[\s\S]*--mean 0\.5 --std 0\.5/,
  );
  assert.match(
    await refusal("bases", "add", "averaged", "-n", "x", ...ADD, "--size", "64"),
    /--size says 64/,
  );
  await saveModel(flattened(8, "broken"), join(stack.folder, "broken"));
  const shard = join(stack.folder, "broken", "group1-shard2of2.bin");
  await copyFile(join(stack.folder, "flattened", "group1-shard1of1.bin"), shard);
  assert.match(await refusal("bases", "add", "broken", "-n", "x", ...ADD), /bytes, model\.json says/);
  await rm(shard);
  assert.match(
    await refusal("bases", "add", "broken", "-n", "x", ...ADD),
    /names the shard group1-shard2of2\.bin: .* is not there/,
  );
});

test("a run file that asks to train such a base is refused before anything runs", async () => {
  assert.match(
    await refusal("run", "--set", "unfreeze.stages=[top]"),
    /asks to train layers of the base own/,
  );
});

const extractorOnly = /no fine-tuning: the base is a layers model/;

test("a run trains a head on its features, and the model predicts", async () => {
  const started = await thaw(["run", "--json"], { cwd: stack.folder });
  assert.equal(started.status, 0, started.stderr);
  assert.match(started.stderr, /Licence of the base own@1 – not stated: nobody has stated/);
  const { result } = JSON.parse(started.stdout) as { result: RunResult };
  const model = await readModel(stack.session.store, result.model, result.version);
  assert.deepEqual([model?.base, model?.baseSpec?.extractor?.features], ["own@1", 12]);
  const written = await ok<ReportData>("report", "digits", "--out", join(stack.folder, "report.html"));
  assert.equal(written.recipe?.decision.choice, "extractor-only");
  assert.match(written.recipe?.decision.reason ?? "", extractorOnly);
  assert.equal(written.recipe?.domain, undefined);
  assert.deepEqual(written.base.layerGroups, ["network"]);
  assert.equal(written.activationMaps?.rows, 16);
  assert.ok((written.featureMap?.points.length ?? 0) > 0);
  assert.equal(written.evaluation.crossValidation?.folds.length, 2);
  assert.match(await readFile(join(stack.folder, "report.html"), "utf8"), extractorOnly);
  const [hardest] = written.evaluation.topLosses ?? [];
  assert.ok(hardest);
  const { predictions } = await ok<{ predictions: { label: string; confidence: number }[] }>(
    ...["predict", "digits", join("images", hardest.path)],
  );
  assert.equal(predictions[0]?.label, written.evaluation.classes[hardest.predicted]);
  assert.ok(Math.abs((predictions[0]?.confidence ?? 0) - hardest.confidence) < 1e-5);
  assert.match(
    await refusal("predict", "digits", join("images", hardest.path), "--mirrored"),
    /digits@1 was not evaluated on mirror images\nhint: a run whose file says augment\.flip: true/,
  );
  assert.match(
    await refusal("export", "digits", "--format", "tfjs"),
    /layers model, which thaw cannot export/,
  );
});

test("the pair of two such bases is compared, and features of no place make no maps", async () => {
  const settings = ["--set", "bases=[flat, own]", "--set", "name=chosen", "--set", "evaluation.folds=0"];
  const { result } = await ok<{ result: RunResult }>("run", ...settings);
  const model = await readModel(stack.session.store, result.model, result.version);
  const chosen = await ok<ReportData>("report", "chosen", "--out", join(stack.folder, "chosen.html"));
  assert.equal(chosen.bases?.candidates.length, 2);
  assert.equal(model?.base.split("@")[0], chosen.bases?.chosen);
  assert.equal(chosen.activationMaps === undefined, chosen.bases?.chosen === "flat");
  assert.ok((chosen.featureMap?.points.length ?? 0) > 0);
  const { stages } = await ok<{ stages: { action: string }[] }>("plan", ...settings);
  assert.deepEqual([...new Set(stages.map(({ action }) => action))], ["reuse"]);
});

/** The main job on real images through a real Temporal server, a real S3 server and real kernels. */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { Worker } from "@temporalio/worker";
import type { PredictJson } from "../../../cli/json/predict.js";
import { loadRunFile } from "../../../client/runFile/load.js";
import type { RunResult } from "../../../spec/pipeline/run.js";
import { planStages } from "../../../spec/pipeline/stages.js";
import type { FullPrediction } from "../../../spec/records/evaluation.js";
import type { ModelVersion } from "../../../spec/records/model.js";
import type { ReportData } from "../../../spec/records/report.js";
import { workflowBundle } from "../../../worker/workflowBundle.js";
import { thaw } from "../../support/cli/thaw.js";
import { smallImageSet } from "../../support/images/images.js";
import { isComputing, signalled, slowEngine, waitForStage } from "../../support/services/faults.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { until } from "../../support/until.js";

/** No emoji. */
const PHOTOGRAPH = resolve("test/fixtures/learn/photographs/coffee.png");
const PER_CLASS = 14;
const RUN_FILE = `
name: small-set
data: { path: images, validation: 0.2 }
recipe: staged
augment: { views: 2, flip: true }
head: { epochs: 25 }
unfreeze: { stages: [blocks.6, blocks.5], epochs: 3 }
evaluation: { folds: 0 }
card: { intended_use: Tests of the pipeline. }
`;

let stack: Stack;
before(async () => {
  stack = await sharedStack();
  await smallImageSet(join(stack.folder, "images"), PER_CLASS);
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
});
after(() => stack.close());

const stageNames = async (): Promise<string[]> => {
  const { file } = await loadRunFile(join(stack.folder, "thaw.yaml"), []);
  return planStages(file).map((stage) => stage.name);
};

/** The last of a command's JSON lines. */
function lastLine<T>(stdout: string): T {
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as T;
}

/** Types of the activities that a run scheduled. */
async function activitiesOf(runId: string): Promise<string[]> {
  const { events } = await stack.session.temporal.workflow.getHandle(runId).fetchHistory();
  return (events ?? []).flatMap(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? [],
  );
}

async function runToTheEnd(): Promise<{ runId: string; result: RunResult; stages: Map<string, string> }> {
  const { status, stdout, stderr } = await thaw(["run", "--json"], { cwd: stack.folder });
  assert.equal(status, 0, stderr);
  const view = JSON.parse(stdout) as {
    runId: string;
    result: RunResult;
    stages: { name: string; state: string }[];
  };
  return { ...view, stages: new Map(view.stages.map(({ name, state }) => [name, state])) };
}

let first: Awaited<ReturnType<typeof runToTheEnd>>;

test("a run of real images ends with a registered, evaluated model", async () => {
  first = await runToTheEnd();
  const names = await stageNames();
  assert.deepEqual([...first.stages.keys()], names);
  for (const [name, state] of first.stages) {
    const allowed = name.startsWith("tune-") ? ["done", "rolled-back"] : ["done"];
    assert.ok(allowed.includes(state), `${name} is ${state}`);
  }
  const { result } = first;
  assert.equal(result.model, "small-set");
  assert.equal(result.version, 1);
  assert.deepEqual(
    result.byStage.map(({ stage }) => stage),
    ["head", "tune-1", "tune-2"],
  );
  // Ten classes: chance is 0.1. A pretrained base must be far above it even with 9 training images a class.
  assert.ok(result.testAccuracy > 0.5, `test accuracy ${result.testAccuracy}`);
  assert.ok(result.testAccuracyInterval[0] < result.testAccuracy);
  assert.ok(result.testAccuracyInterval[1] >= result.testAccuracy);
});

test("the second run of the same file is all cache hits and starts no training", async () => {
  const second = await runToTheEnd();
  assert.notEqual(second.runId, first.runId);
  for (const [name, state] of second.stages) assert.equal(state, "cached", `${name} is ${state}`);
  assert.deepEqual(second.result.artifacts, first.result.artifacts);
  const kinds = new Set(await activitiesOf(second.runId));
  assert.deepEqual([...kinds].sort(), ["findArtifact", "recordRun"]);
});

test("the plan agrees: every stage of the same file is reused, and what a change touches runs", async () => {
  const plan = async (...args: string[]): Promise<Map<string, string>> => {
    const { status, stdout, stderr } = await thaw(["plan", "--json", ...args], { cwd: stack.folder });
    assert.equal(status, 0, stderr);
    const { stages } = JSON.parse(stdout) as { stages: { name: string; action: string }[] };
    return new Map(stages.map(({ name, action }) => [name, action]));
  };
  assert.deepEqual(new Set((await plan()).values()), new Set(["reuse"]));
  const changed = await plan("--set", "head.dropout=0.5");
  assert.equal(changed.get("ingest"), "reuse");
  assert.equal(changed.get("features"), "reuse");
  assert.equal(changed.get("head"), "run");
  assert.equal(changed.get("evaluate"), "run");
});

test("the report is one file that shows the run", async () => {
  const out = join(stack.folder, "report.html");
  const { status, stderr } = await thaw(["report", first.runId, "--out", out], { cwd: stack.folder });
  assert.equal(status, 0, stderr);
  const html = await readFile(out, "utf8");
  assert.match(html, /small-set/);
  assert.match(html, /blocks\.6/);
  assert.match(html, new RegExp(`${(100 * first.result.testAccuracy).toFixed(1)}`));
});

test("the report has maps of evidence and of the features, and the card lies beside it and in an export", async () => {
  const told = await thaw(["report", first.runId, "--json"], { cwd: stack.folder });
  const { activationMaps, overlays, featureMap, evaluation, dataset } = JSON.parse(told.stdout) as ReportData;
  const maps = activationMaps?.maps ?? [];
  assert.ok(maps.length >= Math.min(24, evaluation.images));
  for (const { path, values } of maps) {
    assert.equal(values.length, 49);
    assert.match(overlays?.[path] ?? "", /^data:image\/png;base64,/);
  }
  const [train = 0, test = 0] = [dataset.counts.train, dataset.counts.test].map((counts) =>
    counts.reduce((a, b) => a + b),
  );
  assert.equal(featureMap?.points.length, train + test);

  const card = join(stack.folder, "card.md");
  const got = await thaw(["get", first.runId, "report/model-card.md", "--out", card], { cwd: stack.folder });
  assert.equal(got.status, 0, got.stderr);
  const text = await readFile(card, "utf8");
  assert.match(text, /^# Model card: small-set version 1\n/);
  assert.match(text, /\*\*Said by the maker:\*\* Tests of the pipeline\./);
  const exported = await thaw(["export", "small-set@1", "--out", "exported"], { cwd: stack.folder });
  assert.equal(exported.status, 0, exported.stderr);
  assert.equal(await readFile(join(stack.folder, "exported", "model-card.md"), "utf8"), text);
});

test("the registered model classifies image files, and says so of a file that it cannot read", async () => {
  const folder = join(stack.folder, "images");
  const label = (await readdir(folder)).sort()[0] ?? "";
  const files = (await readdir(join(folder, label))).sort().slice(0, 5);
  await writeFile(join(stack.folder, "broken.jpg"), "not an image");
  const paths = [...files.map((name) => join(folder, label, name)), join(stack.folder, "broken.jpg")];
  const { status, stdout } = await thaw(["predict", "small-set", "--json", ...paths], { cwd: stack.folder });
  assert.equal(status, 2);
  const { predictions } = JSON.parse(stdout) as {
    predictions: { path: string; label?: string; error?: string }[];
  };
  assert.equal(predictions.length, paths.length);
  const right = predictions.filter((prediction) => prediction.label === label).length;
  assert.ok(right >= 3, `${right} of ${files.length} training images recognized`);
  assert.match(predictions.at(-1)?.error ?? "", /it is text/);
});

async function modelVersion(): Promise<ModelVersion> {
  const described = await thaw(["get", "small-set", "--json"], { cwd: stack.folder });
  return (JSON.parse(described.stdout) as { model: ModelVersion }).model;
}

/** What the first run's evaluation said of each held-out image. */
async function heldOutPredictions(): Promise<FullPrediction[]> {
  const out = join(stack.folder, "predictions.jsonl");
  const got = await thaw(["get", first.runId, "evaluate/predictions.jsonl", "--out", out], {
    cwd: stack.folder,
  });
  assert.equal(got.status, 0, got.stderr);
  const lines = (await readFile(out, "utf8")).trim().split("\n");
  return lines.map((line) => JSON.parse(line) as FullPrediction);
}

test("predictions have the probabilities and sets of the evaluation: the model carries its temperature", async () => {
  const evaluated = (await heldOutPredictions()).slice(0, 5);
  const { temperature = 1, conformalQuantile, classes } = await modelVersion();
  // Else the comparison below would prove nothing.
  assert.ok(Math.abs(Math.log(temperature)) > 0.02, `temperature ${temperature}`);
  assert.ok(conformalQuantile !== undefined && conformalQuantile > 0 && conformalQuantile < 1);
  const paths = evaluated.map(({ path }) => join(stack.folder, "images", path));
  const { status, stdout } = await thaw(["predict", "small-set", "--json", ...paths, PHOTOGRAPH], {
    cwd: stack.folder,
  });
  assert.equal(status, 0);
  const { predictions } = JSON.parse(stdout) as PredictJson;
  evaluated.forEach(({ probabilities, path }, image) => {
    const now = predictions[image];
    assert.equal(now?.familiarity?.unlike, false, `${path} is one of those that it is held against`);
    classes.forEach((name, label) => {
      const difference = Math.abs((now?.probabilities?.[name] ?? 2) - (probabilities[label] ?? 0));
      assert.ok(difference < 1e-3, `${path}: probability of ${name} differs by ${difference}`);
    });
    const possible = classes.filter((name) => 1 - (now?.probabilities?.[name] ?? 0) <= conformalQuantile);
    assert.deepEqual(now?.set, possible);
  });
  assert.equal(predictions.at(-1)?.familiarity?.unlike, true, JSON.stringify(predictions.at(-1)));
  const shown = await thaw(["predict", "small-set", ...paths, PHOTOGRAPH], { cwd: stack.folder });
  assert.match(shown.stdout, /coffee\.png\s.*unlike its images/);
  assert.equal(shown.stdout.split("unlike its images").length, 2);
});

test("predictions averaged with mirror images have the accuracy that the evaluation measured", async () => {
  const evaluated = await heldOutPredictions();
  const paths = evaluated.map(({ path }) => join(stack.folder, "images", path));
  const args = ["predict", "small-set", "--mirrored", "--json", ...paths];
  const { status, stdout, stderr } = await thaw(args, { cwd: stack.folder });
  assert.equal(status, 0, stderr);
  const { predictions } = JSON.parse(stdout) as PredictJson;
  const { classes, mirroredAccuracy } = await modelVersion();
  const right = evaluated.filter(({ label }, image) => predictions[image]?.label === classes[label]).length;
  assert.equal(right / evaluated.length, mirroredAccuracy);
  assert.ok(predictions.every(({ set }) => set === undefined));
  const differs = evaluated.some(({ probabilities }, image) =>
    classes.some((name, label) => {
      const now = predictions[image]?.probabilities?.[name] ?? 0;
      return Math.abs(now - (probabilities[label] ?? 0)) > 0.01;
    }),
  );
  assert.ok(differs, "else nothing was averaged");
});

test("the history of the run replays on today's workflow code", async () => {
  const history = await stack.session.temporal.workflow.getHandle(first.runId).fetchHistory();
  await Worker.runReplayHistory({ workflowBundle: await workflowBundle("plain") }, history, first.runId);
  assert.ok((history.events ?? []).length > 20);
});

/**
 * Starts a run with a seed of its own, so that nothing of it is in the store, and slows its engine down where it computes
 * features: so many views take a second else, and it is not to be over before what is done to it.
 */
async function startFresh(seed: number): Promise<{ runId: string; engine: number; goOn: () => void }> {
  const settings = [`seed=${seed}`, "base=small", "augment.views=8", "unfreeze.stages=[top]"];
  const args = ["run", "--json", "--detach", ...settings.flatMap((setting) => ["--set", setting])];
  // From its first stage on: whoever waits to see that the second runs may see it when it is over.
  const slowed = slowEngine(stack);
  const { status, stdout, stderr } = await thaw(args, { cwd: stack.folder });
  assert.equal(status, 0, stderr);
  const { runId } = JSON.parse(stdout) as { runId: string };
  const { pid: engine, goOn } = await slowed;
  await waitForStage(stack, runId, "features", isComputing);
  return { runId, engine, goOn };
}

test("a killed engine process costs an attempt, not the run", async () => {
  const { runId, engine } = await startFresh(2);
  process.kill(engine, "SIGKILL");
  const retried = await waitForStage(stack, runId, "features", (stage) => (stage.attempt ?? 0) > 1);
  assert.match(retried.lastFailure ?? "", /SIGKILL/);
  const end = await thaw(["watch", runId, "--json"], { cwd: stack.folder });
  assert.equal(end.status, 0, end.stderr);
});

test("a cancelled run ends, and its engine with it", async () => {
  // Slow until it is gone: an engine between two stages has nothing to end for.
  const { runId, engine, goOn } = await startFresh(3);
  const cancelled = await thaw(["cancel", runId], { cwd: stack.folder });
  assert.equal(cancelled.status, 0, cancelled.stderr);
  const end = await thaw(["watch", runId, "--json"], { cwd: stack.folder });
  assert.equal(end.status, 1, end.stderr);
  assert.equal(lastLine<{ status: string }>(end.stdout).status, "cancelled");
  // On a busy machine the server may give the attempt up before its worker has ended the engine.
  await until("the cancelled run's engine is gone", () => !signalled(engine, "SIGCONT"));
  goOn();
});

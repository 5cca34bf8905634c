/** A stage that is killed and warned while it trains ends with the weights of one that nobody disturbed. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { getRun } from "../../../client/runs/watch.js";
import type { ArtifactRef } from "../../../spec/artifact.js";
import type { RunResult } from "../../../spec/pipeline/run.js";
import type { StageSummary } from "../../../spec/records/training.js";
import { type ArtifactManifest, dropManifest, requireManifest } from "../../../store/artifacts/artifacts.js";
import { thaw } from "../../support/cli/thaw.js";
import { smallImageSet } from "../../support/images/images.js";
import { enginePid, servicePid, slowEngines, waitForStage } from "../../support/services/faults.js";
import { disturbedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { checkpointsFromNow } from "../../support/store/checkpoints.js";

/**
 * The stage after the head is kept whatever it learns: else its weights would be those of the head. It has so many epochs that they take
 * some seconds, and a checkpoint is written every second.
 */
const RUN_FILE = `
name: interrupted
base: tiny
data: { path: images }
recipe: staged
augment: { views: 1 }
head: { epochs: 2 }
unfreeze:
  stages: [layer2]
  gate: { rule: always }
  epochs: 220
  patience: 220
  batch_size: 8
  ema: 0.9
  mixup: 0.2
  schedule: one-cycle
evaluation: { folds: 0 }
`;
const PATIENCE_MS = 300_000;

let stack: Stack;
let checkpointsOf: () => Promise<string[]>;
before(async () => {
  stack = await disturbedStack();
  checkpointsOf = await checkpointsFromNow(stack.session.store);
  await smallImageSet(join(stack.folder, "images"), 6);
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
});
after(() => stack.close());

const manifestsOf = async (fence: number): Promise<string[]> =>
  (await checkpointsOf()).filter((name) => new RegExp(`/0*${fence}-\\d+\\.json$`).test(name));

/** Waits until the attempt with that fence has a checkpoint of the stage of unfreezing in the store. */
async function waitForCheckpoint(runId: string, fence: number): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while ((await manifestsOf(fence)).length === 0) {
    const { failure, stages } = await getRun(stack.session, runId);
    assert.equal(failure, undefined);
    const tune = stages.find(({ name }) => name === "tune-1");
    assert.ok(["waiting", "running"].includes(tune?.state ?? ""), `tune-1 is ${JSON.stringify(tune)}`);
    assert.ok(Date.now() < deadline, "no checkpoint came");
    await sleep(200);
  }
}

async function start(): Promise<string> {
  const { status: code, stdout, stderr } = await thaw(["run", "--json", "--detach"], { cwd: stack.folder });
  assert.equal(code, 0, stderr);
  return (JSON.parse(stdout) as { runId: string }).runId;
}

async function tuneOf(runId: string): Promise<ArtifactManifest> {
  const { status: code, stdout, stderr } = await thaw(["watch", runId, "--json"], { cwd: stack.folder });
  assert.equal(code, 0, stderr);
  const { result } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { result: RunResult };
  return requireManifest(stack.session.store, result.artifacts["tune-1"] as ArtifactRef);
}

const timeless = ({ seconds: _all, resumed: _resumed, history, ...summary }: StageSummary) => ({
  ...summary,
  history: history.map(({ seconds: _own, ...epoch }) => epoch),
});

test("killed, then told to leave, a stage goes on from its checkpoints to the same weights", async () => {
  const runId = await start();
  await waitForStage(stack, runId, "tune-1", ({ state }) => state !== "waiting");
  // Or who looks for a checkpoint seldom, on a busy machine, would find the stage through.
  const goOn = slowEngines(stack);
  await waitForCheckpoint(runId, 1);
  process.kill((await enginePid(stack)) ?? assert.fail("it trains"), "SIGKILL");
  await waitForCheckpoint(runId, 2);
  process.kill((await servicePid(stack, "training-worker")) ?? assert.fail("it trains"), "SIGTERM");
  goOn();

  const interrupted = await tuneOf(runId);
  const summary = interrupted.summary as StageSummary;
  assert.equal(summary.resumed?.length, 2, JSON.stringify(summary.resumed));
  const steps = summary.resumed.map(({ epoch, step }) => 1000 * epoch + step);
  assert.ok((steps[0] ?? 0) > 0 && (steps[1] ?? 0) > (steps[0] ?? 0), JSON.stringify(summary.resumed));
  assert.equal(summary.kept, true, "else its weights would be those of the head");
  assert.deepEqual(await checkpointsOf(), [], "nothing is left once the artifact is there");

  await dropManifest(stack.session.store, "tune", interrupted.key);
  const undisturbed = await tuneOf(await start());
  assert.equal((undisturbed.summary as StageSummary).resumed, undefined);
  assert.deepEqual(undisturbed.files, interrupted.files);
  assert.deepEqual(timeless(undisturbed.summary as StageSummary), timeless(summary));
});

/**
 * Outages of the Temporal server and of the store while a stage trains: nothing is started again, nothing is lost.
 * Kills of the worker: noticed, and the stage goes on. `THAW_OUTAGE_SECONDS=60` is the long form.
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { getRun } from "../../client/watchRun.js";
import type { ServiceName } from "../../runtime/services/names.js";
import { status } from "../../runtime/services/status.js";
import { enginePid, isAlive, isComputing, waitForStage } from "../support/faults.js";
import { smallImageSet } from "../support/images.js";
import { type Stack, startStack } from "../support/stack.js";
import { thaw } from "../support/thaw.js";

/** Longer than the stages' heartbeat timeout: without adoption each outage would start the stage again. */
const OUTAGE_SECONDS = Number(process.env.THAW_OUTAGE_SECONDS ?? 15);
/** The head trains through the outage: an epoch takes a few hundredths of a second. */
const HEAD_EPOCHS = Math.max(800, 60 * OUTAGE_SECONDS);
const RUN_FILE = `
name: outages
data: { path: images }
recipe: staged
augment: { views: 1 }
head: { epochs: ${HEAD_EPOCHS}, patience: ${HEAD_EPOCHS} }
unfreeze: { stages: [] }
evaluation: { folds: 0 }
`;

let stack: Stack;
before(async () => {
  stack = await startStack({ workers: true });
  await smallImageSet(join(stack.folder, "images"), 12);
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
});
after(() => stack.close());

/** Starts a run with a seed of its own, and waits until its head is being trained. */
async function startTraining(seed: number, ...set: string[]): Promise<string> {
  const args = ["run", "--json", "--detach", "--set", `seed=${seed}`, ...set];
  const { status: exit, stdout, stderr } = await thaw(args, { cwd: stack.folder });
  assert.equal(exit, 0, stderr);
  const { runId } = JSON.parse(stdout) as { runId: string };
  await waitForStage(stack, runId, "head", isComputing);
  return runId;
}

async function pidOf(name: ServiceName): Promise<number> {
  const { services } = await status(stack.folder);
  const pid = services.find((service) => service.name === name)?.pid;
  assert.ok(pid !== undefined, `${name} runs`);
  return pid;
}

/** A stage that runs out of memory, in a control group that has too little for its batch. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { getRun, type RunView } from "../../../client/runs/watch.js";
import type { StageSummary } from "../../../spec/records/training.js";
import { type ArtifactManifest, requireManifest } from "../../../store/artifacts/artifacts.js";
import { thaw } from "../../support/cli/thaw.js";
import { smallImageSet } from "../../support/images/images.js";
import { type MemoryGroup, memoryGroup } from "../../support/memoryGroup.js";
import { enginePid, servicePid } from "../../support/services/faults.js";
import { disturbedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { checkpointsFromNow } from "../../support/store/checkpoints.js";
import { until } from "../../support/until.js";

/**
 * From near the input up an image takes 12 to 20 MB: on a quiet machine, where both threads have work, the engine takes 1.2 GB with a
 * batch of 28 and 1.8 GB with 56, besides TensorFlow's own file; what the worker comes to need meanwhile counts as well.
 */
const BATCH = 56;
const LIMIT = 1_600_000_000;
/** In the set of 80; 56 are trained on. */
const PER_CLASS = 8;
const RUN_FILE = `
name: greedy
data: { path: images }
recipe: staged
augment: { views: 1 }
head: { epochs: 2 }
unfreeze: { stages: [blocks.1], epochs: 1, batch_size: ${BATCH} }
evaluation: { folds: 0 }
`;

let stack: Stack;
let checkpoints: () => Promise<string[]>;
let memory: MemoryGroup | undefined;
/** Asked for the half, and had all the memory. */
let modest: RunView;
before(async () => {
  memory = memoryGroup(`thaw-test-memory-${process.pid}`, LIMIT);
  if (memory === undefined) return;
  stack = await disturbedStack();
  checkpoints = await checkpointsFromNow(stack.session.store);
  await smallImageSet(join(stack.folder, "images"), PER_CLASS);
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
  // The frozen passes over all images, which the other runs do not make again, take more than training is to have.
  modest = await run("--set", `unfreeze.batch_size=${BATCH / 2}`);
  const engine = await enginePid(stack);
  if (engine !== undefined) process.kill(engine, "SIGKILL");
  memory.add(await workerPid());
});
after(async () => {
  if (memory === undefined) return;
  // The next one has all the memory.
  process.kill(await workerPid(), "SIGTERM");
  await until("nothing is left in the group", isRemoved);
  await stack.close();
});

const workerPid = async (): Promise<number> =>
  (await servicePid(stack, "training-worker")) ?? assert.fail("the training worker runs");

function isRemoved(): boolean {
  try {
    memory?.remove();
    return true;
  } catch {
    return false;
  }
}

async function run(...args: string[]): Promise<RunView> {
  const {
    status: exit,
    stdout,
    stderr,
  } = await thaw(["run", "--json", "--detach", ...args], {
    cwd: stack.folder,
  });
  assert.equal(exit, 0, stderr);
  const { runId } = JSON.parse(stdout) as { runId: string };
  await thaw(["watch", runId, "--json"], { cwd: stack.folder });
  return getRun(stack.session, runId);
}

async function tuned({ result }: RunView): Promise<ArtifactManifest> {
  const ref = result?.artifacts["tune-1"];
  assert.ok(ref !== undefined);
  return requireManifest(stack.session.store, ref);
}

test("trains at half the batch, says so, and has the weights of a run that asked for the half", async (t) => {
  if (memory === undefined) return t.skip("this user cannot make a control group");
  const greedy = await run();
  assert.equal(greedy.status, "completed", JSON.stringify(greedy.failure));
  const stage = greedy.stages.find(({ name }) => name === "tune-1");
  assert.match(
    stage?.note ?? "",
    new RegExp(`^trained at batch ${BATCH / 2} after running out of memory at ${BATCH}: `),
  );
  const halved = await tuned(greedy);
  assert.deepEqual((halved.summary as StageSummary).outOfMemory, { at: BATCH, batchSize: BATCH / 2 });
  const lines = await thaw(["logs", greedy.runId, "--stage", "tune-1"], { cwd: stack.folder });
  assert.match(
    lines.stdout,
    new RegExp(`memory ran out at batch ${BATCH}: from the start at batch ${BATCH / 2}`),
  );
  // A store that is slow may have one on its way still.
  await until("its checkpoints are removed", async () => (await checkpoints()).length === 0);

  const asked = await tuned(modest);
  assert.notEqual(asked.key, halved.key);
  assert.deepEqual(asked.files, halved.files);
});

test("fails where the run file forbids the half, once, with what to do", async (t) => {
  if (memory === undefined) return t.skip("this user cannot make a control group");
  const {
    runId,
    status: end,
    failure,
  } = await run("--set", "on_out_of_memory=fail", "--set", "unfreeze.epochs=2");
  assert.equal(end, "failed");
  assert.equal(failure?.code, "OUT_OF_MEMORY");
  const { attempt } = (await getRun(stack.session, runId)).stages.find(({ name }) => name === "tune-1") ?? {};
  assert.equal(attempt ?? 1, 1);
});

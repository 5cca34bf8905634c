/** Two training workers of one machine, at two stages of one run: they share its work folder, and what is kept there. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseRunFile } from "../../../client/runFile/parse.js";
import { startRun } from "../../../client/runs/start.js";
import { LOCAL_TRAINING_QUEUE } from "../../../spec/pipeline/run.js";
import { drawnImages } from "../../support/images/drawn.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import { registerTinyBase, type Stack } from "../../support/services/stack.js";
import { until } from "../../support/until.js";
import { watchToEnd } from "../../support/watch.js";

const ACTIVITY_QUEUE = 2;
/** Two views: folds read views that the run's own split does not have, and whichever comes first computes them for all. */
const RUN_FILE = `
name: two-workers
base: tiny
data: { path: images }
recipe: staged
augment: { views: 2 }
head: { epochs: 4 }
unfreeze: { stages: [layer2], epochs: 2 }
evaluation: { folds: 3 }
parallel: 2
`;

let stack: Stack;
let second: ChildProcess;
before(async () => {
  stack = await sharedStack();
  await registerTinyBase(stack);
  second = spawn(process.execPath, [fileURLToPath(new URL("../../../worker/training.js", import.meta.url))], {
    env: { ...process.env, THAW_PROJECT: stack.project },
    stdio: "ignore",
  });
});
after(async () => {
  if (second.exitCode === null && second.kill()) await once(second, "exit");
  await stack.close();
});

test("both are at work, the run completes, and nothing torn is left", async () => {
  const { session, folder } = stack;
  const { temporal, platform } = session;
  const partsBefore = await partsIn(platform.workFolder);
  await until("both workers wait for stages", async () => {
    const { namespace } = platform.temporal;
    const { pollers } = await temporal.connection.workflowService.describeTaskQueue({
      ...{ namespace, taskQueue: { name: LOCAL_TRAINING_QUEUE }, taskQueueType: ACTIVITY_QUEUE },
    });
    return new Set((pollers ?? []).map(({ identity }) => identity)).size === 2;
  });
  const dataPath = join(folder, "images");
  await drawnImages(dataPath, 10, ["disc", "star"]);
  const { runId } = await startRun(session, { file: parseRunFile(RUN_FILE, "thaw.yaml", []), dataPath });
  const view = await watchToEnd(session, runId);
  assert.equal(view.status, "completed", JSON.stringify(view.failure));
  assert.equal(view.result?.folds?.count, 3);

  const { events } = await temporal.workflow.getHandle(runId).fetchHistory();
  const attempts = (events ?? []).flatMap(({ activityTaskStartedEventAttributes: begun }) =>
    begun ? [begun] : [],
  );
  // A worker does one stage at a time: what both have taken was done side by side.
  const workers = new Set(attempts.map(({ identity }) => identity));
  assert.equal(workers.size, 3, `${[...workers].join(", ")}: control and two of training`);
  // A busy machine may lose heartbeats: the worker keeps the stage for its next attempt, and turns others away.
  assert.deepEqual(
    attempts.flatMap(({ lastFailure }) => {
      const type = lastFailure?.applicationFailureInfo?.type;
      return type && type !== "WORKER_BUSY" ? [lastFailure?.message] : [];
    }),
    [],
    "no stage was in the way of another",
  );
  assert.deepEqual(await partsIn(platform.workFolder), partsBefore);
});

/** What is half written there. */
async function partsIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith(".part")).sort();
}

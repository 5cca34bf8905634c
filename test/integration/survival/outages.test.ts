/**
 * Outages of the Temporal server and of the store while a stage trains: nothing is started again, nothing is lost.
 * Kills of the worker: noticed, and the stage goes on. `THAW_OUTAGE_SECONDS=60` is the long form.
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { getRun, watchRun } from "../../../client/runs/watch.js";
import type { ServiceName } from "../../../runtime/services/names.js";
import { status } from "../../../runtime/services/status.js";
import type { LiveStage } from "../../../spec/pipeline/run.js";
import { thaw } from "../../support/cli/thaw.js";
import { smallImageSet } from "../../support/images/images.js";
import {
  enginePid,
  isComputing,
  isTraining,
  servicePid,
  slowEngine,
  waitForStage,
} from "../../support/services/faults.js";
import { disturbedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { until } from "../../support/until.js";

/** Longer than the stages' heartbeat timeout: without adoption each outage would start the stage again. */
const OUTAGE_SECONDS = Number(process.env.THAW_OUTAGE_SECONDS ?? 12);
/** More than any machine trains through all outages. */
const EPOCHS = 2000 * OUTAGE_SECONDS;
/** Each test has its own number, so that its stage is not another one's. */
const [FEW_EPOCHS, AS_FEW_EPOCHS] = [60, 61];
const RUN_FILE = `
name: outages
base: tiny
data: { path: images }
recipe: staged
augment: { views: 1 }
head: { epochs: 5 }
unfreeze: { stages: [layer2] }
evaluation: { folds: 0 }
`;

const STAGE = "tune-1";
/** Of an engine that is to be at it through outages, and of one that is to be slow until something has happened. */
const [LONG_REST_MS, REST_MS] = [1_000, 500];
/** One beat of the lost attempt, and the pause before the next one. */
const ADOPTION_MS = 5_000;

let stack: Stack;
before(async () => {
  stack = await disturbedStack();
  await smallImageSet(join(stack.folder, "images"), 8);
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
});
after(() => stack.close());

/** Starts a run whose stage nobody has trained yet, and waits until its layers are; what is below them is made once. */
async function startTraining(epochs: number): Promise<string> {
  const set = ["--set", `unfreeze.epochs=${epochs}`, "--set", `unfreeze.patience=${epochs}`];
  const args = ["run", "--json", "--detach", ...set];
  const { status: exit, stdout, stderr } = await thaw(args, { cwd: stack.folder });
  assert.equal(exit, 0, stderr);
  const { runId } = JSON.parse(stdout) as { runId: string };
  await waitForStage(stack, runId, STAGE, isTraining);
  return runId;
}

async function pidOf(name: ServiceName): Promise<number> {
  const pid = await servicePid(stack, name);
  assert.ok(pid !== undefined, `${name} runs`);
  return pid;
}

/** Whether another process than that one serves. */
async function isBack(name: ServiceName, before: number): Promise<boolean> {
  const { services } = await status(stack.project);
  return services.some((one) => one.name === name && one.ready && one.pid !== before);
}

/**
 * Stops the servers as they stand: connections stay open and nothing answers.
 * @param isLongEnough what has to happen besides, while they are away
 */
async function outage(
  names: readonly ServiceName[],
  isLongEnough: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  const pids = await Promise.all(names.map(pidOf));
  for (const pid of pids) process.kill(pid, "SIGSTOP");
  try {
    await Promise.all([sleep(OUTAGE_SECONDS * 1000), isLongEnough()]);
  } finally {
    for (const pid of pids) process.kill(pid, "SIGCONT");
  }
}

/** The stage once it is beyond the step after that one: in the attempt that was, or in one that took it up. */
function beyond(runId: string, step: number) {
  return waitForStage(
    stack,
    runId,
    STAGE,
    ({ state, progress }) => state !== "running" || (progress?.step ?? 0) > step + 1,
  );
}

async function endOf(runId: string): Promise<Map<string, string>> {
  const { status: exit, stdout, stderr } = await thaw(["watch", runId, "--json"], { cwd: stack.folder });
  assert.equal(exit, 0, stderr);
  const { stages } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as {
    stages: { name: string; state: string }[];
  };
  return new Map(stages.map(({ name, state }) => [name, state]));
}

async function stageNow(runId: string) {
  const { stages } = await getRun(stack.session, runId);
  return stages.find(({ name }) => name === STAGE) ?? assert.fail("the stage is shown");
}

/** Number of the attempt that ended the stage, from the run's history. */
async function attemptsAt(runId: string): Promise<number> {
  const { events } = await stack.session.temporal.workflow.getHandle(runId).fetchHistory();
  const scheduled = (events ?? []).find(
    (event) => event.activityTaskScheduledEventAttributes?.activityId === STAGE,
  );
  const started = (events ?? []).findLast((event) => {
    const attributes = event.activityTaskStartedEventAttributes;
    return attributes && String(attributes.scheduledEventId) === String(scheduled?.eventId);
  });
  return started?.activityTaskStartedEventAttributes?.attempt ?? 0;
}

async function watchToTheEnd(runId: string, signal: AbortSignal): Promise<string | undefined> {
  let last: string | undefined;
  for await (const { status: seen } of watchRun(stack.session, runId, { signal })) last = seen;
  return last;
}

test("training goes on through outages and is not started again; a killed worker's stage is", async (t) => {
  const runId = await startTraining(EPOCHS);
  const { pid: engine, goOn } = await slowEngine(stack, LONG_REST_MS);
  const watching = watchToTheEnd(runId, t.signal);
  // Its failure is looked at in the end.
  watching.catch(() => undefined);
  for (const names of [["temporal"], ["s3"], ["temporal", "s3"]] as const) {
    await t.test(`without ${names.join(" and ")}`, async (outageTest) => {
      const before = await stageNow(runId);
      await outage(names);
      // A stage that was started again would be at fewer steps than before for long, in another process.
      const after = await beyond(runId, before.progress?.step ?? 0);
      // The server may find the attempt's time to be over only now; the next one takes the stage up.
      await sleep(ADOPTION_MS);
      assert.equal(await enginePid(stack), engine, "the engine's process is the same");
      const steps = (after.progress?.step ?? 0) - (before.progress?.step ?? 0);
      assert.ok(steps > 1, `${steps} steps`);
      outageTest.diagnostic(`${steps} steps when first seen after the outage, attempt ${after.attempt}`);
    });
  }

  await t.test("a killed worker is noticed by its silence, and the stage goes on", async (killTest) => {
    goOn();
    const { attempt: last = 1 } = await stageNow(runId);
    const killed = performance.now();
    const tell = (what: string): void =>
      killTest.diagnostic(`${what} ${((performance.now() - killed) / 1000).toFixed(1)} s after the kill`);
    process.kill(await pidOf("training-worker"), "SIGKILL");
    const noticed = await waitForStage(stack, runId, STAGE, ({ attempt = 1 }) => attempt > last);
    tell("noticed");
    assert.match(noticed.lastFailure ?? "", /no sign of life/);
    // Until the next attempt reports, the last progress is the killed one's.
    await waitForStage(stack, runId, STAGE, (stage) => !isComputing(stage));
    tell("next attempt");
    await waitForStage(stack, runId, STAGE, isComputing);
    tell("next step");
    const other = await enginePid(stack);
    assert.ok(other !== undefined && other !== engine, "another engine");
  });
  const cancelled = await thaw(["cancel", runId], { cwd: stack.folder });
  assert.equal(cancelled.status, 0, cancelled.stderr);
  // Who watches has waited the outages out, too.
  assert.equal(await watching, "cancelled");
});

test("a stage that ends while the store is away waits for it, within its attempt", async () => {
  // Before it begins: so little would be over before the store is away.
  const slowed = slowEngine(stack, REST_MS);
  const runId = await startTraining(FEW_EPOCHS);
  const { goOn } = await slowed;
  const isTrained = ({
    progress: { phase, step, total } = { phase: "", step: 0, total: 1 },
  }: LiveStage): boolean => step === total || !phase.startsWith("epoch");
  await outage(["s3"], () => {
    goOn();
    return waitForStage(stack, runId, STAGE, isTrained);
  });
  const states = await endOf(runId);
  assert.ok(["done", "rolled-back"].includes(states.get(STAGE) ?? ""), states.get(STAGE));
  assert.equal(await attemptsAt(runId), 1);
});

test("servers that are killed while a stage trains come back, and the stage does not notice", async () => {
  const slowed = slowEngine(stack, REST_MS);
  const runId = await startTraining(AS_FEW_EPOCHS);
  const { pid: engine, goOn } = await slowed;
  const killed = new Map<ServiceName, number>();
  for (const name of ["temporal", "s3"] as const) {
    const pid = await pidOf(name);
    killed.set(name, pid);
    process.kill(pid, "SIGKILL");
  }
  for (const [name, pid] of killed) await until(`${name} is back`, () => isBack(name, pid));
  goOn();
  const states = await endOf(runId);
  assert.ok(["done", "rolled-back"].includes(states.get(STAGE) ?? ""), states.get(STAGE));
  assert.equal(await enginePid(stack), engine, "the engine's process is the same");
});

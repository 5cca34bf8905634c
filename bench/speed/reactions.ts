/**
 * How soon a run does what it is told, and how soon it goes on when it is killed, with the embedded services on this
 * machine: `node dist/bench/speed/reactions.js [TIMES]`. Steps are those that `thaw watch` shows.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseRunFile } from "../../client/runFile/parse.js";
import { cancelRun } from "../../client/runs/cancel.js";
import { startRun } from "../../client/runs/start.js";
import { steerRun } from "../../client/runs/steer.js";
import { getRun, watchRun } from "../../client/runs/watch.js";
import type { LiveStage } from "../../spec/pipeline/run.js";
import type { SteerCommand, SteerRecord } from "../../spec/steering/steering.js";
import { smallImageSet } from "../../test/support/images/images.js";
import { enginePid, isTraining, servicePid, waitForStage } from "../../test/support/services/faults.js";
import { startStack } from "../../test/support/services/stack.js";
import { medianAndRange } from "../support.js";

const times = Number(process.argv[2] ?? 5);
const STAGE = "tune-1";
const RUN_FILE = `
name: reactions
data: { path: images }
recipe: staged
augment: { views: 1 }
head: { epochs: 2 }
unfreeze: { stages: [blocks.6], epochs: 100000, patience: 100000 }
evaluation: { folds: 0 }
`;
/** So long is watched how old the progress is. */
const WATCH_SECONDS = 60;
const POLL_MS = 50;

const stack = await startStack({ workers: true });
const { session } = stack;
const images = await smallImageSet(join(stack.folder, "images"), 12);
const measured = new Map<string, number[]>();

function tell(what: string, milliseconds: number): void {
  measured.set(what, [...(measured.get(what) ?? []), milliseconds / 1000]);
}

const stepOf = ({ progress }: LiveStage): number => progress?.step ?? 0;

async function start(): Promise<string> {
  const { runId } = await startRun(session, {
    file: parseRunFile(RUN_FILE, "thaw.yaml", []),
    dataPath: images,
  });
  await waitForStage(stack, runId, STAGE, isTraining);
  return runId;
}

/** Gives a command and waits until it has taken effect. */
async function command(runId: string, what: string, given: SteerCommand): Promise<void> {
  const begin = performance.now();
  const { record } = await steerRun(session, runId, given);
  tell(`${what}: accepted`, performance.now() - begin);
  let now: SteerRecord | undefined = record;
  while (now?.state === "accepted") {
    await sleep(POLL_MS);
    now = (await getRun(session, runId)).control?.commands.find(({ seq }) => seq === record.seq);
  }
  if (now?.state !== "applied") throw new Error(`${what} has been ${now?.state}`);
  tell(`${what}: applied`, performance.now() - begin);
}

async function stageNow(runId: string): Promise<LiveStage> {
  const stage = (await getRun(session, runId)).stages.find(({ name }) => name === STAGE);
  if (stage === undefined) throw new Error(`${STAGE} is not shown`);
  return stage;
}

async function killed(runId: string, what: string, pid: number | undefined): Promise<void> {
  if (pid === undefined) throw new Error(`there is no ${what}`);
  const { attempt: last = 1, ...before } = await stageNow(runId);
  process.kill(pid, "SIGKILL");
  const begin = performance.now();
  const noticed = await waitForStage(stack, runId, STAGE, ({ attempt = 1 }) => attempt > last);
  tell(`${what} killed: noticed`, performance.now() - begin);
  // Until the next attempt has told of a step, the last one of the dead attempt is shown.
  const reached = Math.max(stepOf(before), stepOf(noticed));
  await waitForStage(stack, runId, STAGE, (stage) => isTraining(stage) && stepOf(stage) > reached);
  tell(`${what} killed: next new step`, performance.now() - begin);
}

/** Seconds between two changes of the progress that a watcher sees. */
async function watchProgress(runId: string): Promise<void> {
  const signal = AbortSignal.timeout(WATCH_SECONDS * 1000);
  let last: { readonly step: number; readonly at: number } | undefined;
  for await (const { stages } of watchRun(session, runId, { intervalMs: POLL_MS, signal })) {
    const stage = stages.find(({ name }) => name === STAGE);
    const step = stage === undefined ? 0 : stepOf(stage);
    if (step === last?.step) continue;
    if (last !== undefined) tell("between two changes of the progress shown", performance.now() - last.at);
    last = { step, at: performance.now() };
  }
}

try {
  const runId = await start();
  await watchProgress(runId);
  for (let number = 0; number < times; number++) {
    await command(runId, "set", { kind: "set", patience: 90_000 + number });
    await command(runId, "pause", { kind: "pause" });
    const begin = performance.now();
    await command(runId, "unpause", { kind: "unpause" });
    await waitForStage(stack, runId, STAGE, isTraining);
    tell("unpause: next step", performance.now() - begin);
    await killed(runId, "engine", await enginePid(stack));
    await killed(runId, "worker", await servicePid(stack, "training-worker"));
  }
  await command(runId, "stop --keep-best", { kind: "finish" });
  await cancelRun(session, runId);
  for (const [what, seconds] of measured) {
    console.log(`${what}: ${medianAndRange(seconds, 2)}`);
  }
} finally {
  await stack.close();
}

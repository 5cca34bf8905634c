/** Finds and kills parts of a running stack. */
import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { getRun } from "../../../client/runs/watch.js";
import { cpuSeconds } from "../../../engine/cpuTime.js";
import type { ServiceName } from "../../../runtime/services/names.js";
import { status as statusOf } from "../../../runtime/services/status.js";
import type { LiveStage } from "../../../spec/pipeline/run.js";
import { until } from "../until.js";
import type { Stack } from "./stack.js";

/** Of a machine that does several other things: what never comes costs a test this, and what comes late does not fail it. */
const PATIENCE_MS = 300_000;
const POLL_MS = 100;
/** A look at a run takes some 15 ms of processors: its worker and two servers are asked. */
const RUN_POLL_MS = 200;
/** What a process that is slowed down computes at once, in seconds of processor time; it rests for so long then. */
const WORK_SECONDS = 0.03;
const REST_MS = 250;
const LOOK_MS = 10;

/** A stack, or the project folder of other services. */
type OfServices = Pick<Stack, "folder"> & Partial<Pick<Stack, "project">>;

/** Process id of an embedded service, while it runs. */
export async function servicePid(
  { folder, project = folder }: OfServices,
  name: ServiceName,
): Promise<number | undefined> {
  const { services } = await statusOf(project);
  return services.find((service) => service.name === name)?.pid;
}

/** Process id of the training worker's engine, while there is one. */
export async function enginePid(stack: OfServices): Promise<number | undefined> {
  const worker = await servicePid(stack, "training-worker");
  return worker === undefined ? undefined : engineOf(worker);
}

/** Process id of the engine of a training worker, while it has one. */
export function engineOf(worker: number): number | undefined {
  // Its exit code is 1 when the worker has no children, or is gone itself.
  const { stdout } = spawnSync("ps", ["-o", "pid=,args=", "--ppid", String(worker)], { encoding: "utf8" });
  const line = stdout.split("\n").find((text) => text.includes("engine/main.js"));
  return line === undefined ? undefined : Number.parseInt(line, 10);
}

/**
 * Lets a process compute a tenth of the time only: a stage of few steps lasts then through whatever is to happen
 * meanwhile, on a machine of any speed, and leaves the processor to others.
 * @param restMs of each rest: the longer, the less has to be computed for a given time
 * @returns what lets it go on at its own speed
 */
export function slowDown(pid: number, restMs = REST_MS): () => void {
  let timer: NodeJS.Timeout | undefined;
  const goOn = (): void => {
    clearTimeout(timer);
    process.off("exit", goOn);
    signalled(pid, "SIGCONT");
  };
  const rest = (): void => {
    if (signalled(pid, "SIGSTOP")) timer = setTimeout(work, restMs);
  };
  const work = (): void => {
    if (signalled(pid, "SIGCONT")) look((cpuSeconds(pid) ?? 0) + WORK_SECONDS);
  };
  // By its own time, not by the clock: on a busy machine it would hardly move.
  const look = (until: number): void => {
    timer = setTimeout(() => ((cpuSeconds(pid) ?? until) < until ? look(until) : rest()), LOOK_MS);
  };
  process.once("exit", goOn);
  rest();
  return goOn;
}

/** Slows the training worker's engine down, once it is there. @param restMs see {@link slowDown} */
export async function slowEngine(
  stack: OfServices,
  restMs = REST_MS,
): Promise<{ readonly pid: number; readonly goOn: () => void }> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const pid = await enginePid(stack);
    if (pid !== undefined) return { pid, goOn: slowDown(pid, restMs) };
    if (Date.now() > deadline) throw new Error("the training worker has no engine");
    await sleep(POLL_MS);
  }
}

/**
 * Slows every engine of the training worker down, those too that come in place of others, so that work of moments lasts from its beginning.
 * @returns what lets them go on at their own speed
 */
export function slowEngines(stack: OfServices): () => void {
  const slowed = new Map<number, () => void>();
  let isOver = false;
  const watch = async (): Promise<void> => {
    while (!isOver) {
      const pid = await enginePid(stack);
      if (pid !== undefined && !isOver && !slowed.has(pid)) slowed.set(pid, slowDown(pid));
      await sleep(POLL_MS);
    }
  };
  void watch();
  return () => {
    isOver = true;
    for (const goOn of slowed.values()) goOn();
  };
}

/** To store a shard takes a small part of it. */
const STILL_MS = 2000;

/**
 * Kills the training worker's engine while it is asked for a shard, once the first one is stored and the stage tells of some but not all:
 * between two of them a kill costs none. What it has answered is stored first.
 * @param shardsThere those that are stored
 * @returns those that were stored before
 */
export async function killAtShard<Shards extends { readonly size: number }>(
  stack: Stack,
  runId: string,
  stage: string,
  shardsThere: () => Promise<Shards>,
): Promise<Shards> {
  const engine = await stopEngineWhere(stack, async () => (await shardsThere()).size > 0);
  let before = await shardsThere();
  await until("nothing comes any more", async () => {
    const last = before.size;
    await sleep(STILL_MS);
    before = await shardsThere();
    return before.size === last;
  });
  await waitForStage(
    stack,
    runId,
    stage,
    ({ progress }) => progress?.phase === "shards" && progress.step > 0 && progress.step < progress.total,
  );
  process.kill(engine, "SIGKILL");
  return before;
}

/**
 * Lets the training worker's engine, whichever it is, do as little as can be between two looks, however long those take: it is stopped
 * meanwhile.
 * @returns its process id, stopped
 */
async function stopEngineWhere(stack: OfServices, isThere: () => Promise<boolean>): Promise<number> {
  const deadline = Date.now() + PATIENCE_MS;
  let pid: number | undefined;
  while (Date.now() < deadline) {
    pid ??= await enginePid(stack);
    if (pid === undefined || !signalled(pid, "SIGSTOP")) {
      pid = undefined;
      await sleep(POLL_MS);
      continue;
    }
    let isSo = false;
    try {
      isSo = await isThere();
    } finally {
      if (!isSo) signalled(pid, "SIGCONT");
    }
    if (isSo) return pid;
    const [used, rested] = [cpuSeconds(pid) ?? 0, Date.now() + REST_MS];
    while ((cpuSeconds(pid) ?? used) < used + WORK_SECONDS && Date.now() < rested) await sleep(LOOK_MS);
  }
  throw new Error("the engine never came to that");
}

/** Sends it. @returns false when the process is gone */
export function signalled(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

/** Waits until the stage is in the state that `wanted` asks for. */
export async function waitForStage(
  stack: Stack,
  runId: string,
  name: string,
  wanted: (stage: LiveStage) => boolean,
): Promise<LiveStage> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { stages, status, failure } = await getRun(stack.session, runId);
    const stage = stages.find((candidate) => candidate.name === name);
    if (stage !== undefined && wanted(stage)) return stage;
    if (failure !== undefined) throw new Error(`the run failed: ${failure.message}`);
    const isOver = status !== "running" || Date.now() > deadline;
    if (isOver) throw new Error(`the run is ${status}, and stage ${name} stays ${JSON.stringify(stage)}`);
    await sleep(RUN_POLL_MS);
  }
}

/** Whether the stage's engine has reported work on images or batches. */
export function isComputing(stage: LiveStage): boolean {
  return stage.state === "running" && (stage.progress?.step ?? 0) > 0;
}

/** Whether that work is training: before it, the stage passes its images through the frozen layers. */
export function isTraining(stage: LiveStage): boolean {
  return isComputing(stage) && (stage.progress?.phase ?? "").startsWith("epoch");
}

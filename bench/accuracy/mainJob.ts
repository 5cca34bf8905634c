/**
 * The main job on sign-language digits with the run file that `thaw init` writes: accuracy before and after
 * staged unfreezing, peak memory of the engine, time between stages, time of a fully cached run.
 *   node dist/bench/accuracy/mainJob.js [FOLDER OF IMAGES]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openSession } from "../../client/session.js";
import { loadPlatform } from "../../runtime/platform.js";
import type { RunResult } from "../../spec/pipeline/run.js";
import { median, ROOT, thaw, watchEngineMemory } from "../support.js";

const CACHED_RUNS = 5;

const images = resolve(process.argv[2] ?? join(ROOT, "..", "shared", "data", "sign-digits"));
const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));

async function run(...args: string[]): Promise<{ runId: string; result: RunResult; seconds: number }> {
  const started = performance.now();
  const stdout = await thaw(folder, ["run", "--json", ...args]);
  const view = JSON.parse(stdout) as { runId: string; result: RunResult };
  return { ...view, seconds: (performance.now() - started) / 1000 };
}

/** Milliseconds from the end of one heavy stage to the start of the next, from the run's history. */
async function gaps(runId: string): Promise<number[]> {
  const session = await openSession(await loadPlatform(folder), "write");
  try {
    const { events } = await session.temporal.workflow.getHandle(runId).fetchHistory();
    const found: number[] = [];
    const heavy = new Set<string>();
    let ended: number | undefined;
    for (const event of events ?? []) {
      const { seconds, nanos } = event.eventTime ?? {};
      const time = Number(seconds ?? 0) * 1000 + Number(nanos ?? 0) / 1e6;
      const id = String(event.eventId);
      const scheduled = event.activityTaskScheduledEventAttributes;
      const started = event.activityTaskStartedEventAttributes?.scheduledEventId;
      const completed = event.activityTaskCompletedEventAttributes?.scheduledEventId;
      if (scheduled != null && scheduled.heartbeatTimeout?.seconds?.toString() !== "0") heavy.add(id);
      if (started != null && heavy.has(String(started)) && ended !== undefined) found.push(time - ended);
      if (completed != null && heavy.has(String(completed))) ended = time;
    }
    return found;
  } finally {
    await session.close();
  }
}

const percent = (value: number): string => `${(100 * value).toFixed(2)} %`;
try {
  await thaw(folder, ["up"]);
  await thaw(folder, ["init", images]);
  const stopWatching = watchEngineMemory();
  const first = await run();
  const peak = stopWatching();
  const cached: number[] = [];
  for (let i = 0; i < CACHED_RUNS; i++) cached.push((await run()).seconds);
  const between = await gaps(first.runId);
  for (const { stage, accuracy } of first.result.byStage)
    console.log(`test accuracy after ${stage}: ${percent(accuracy)}`);
  const [low, high] = first.result.testAccuracyInterval;
  console.log(
    `test accuracy of the model: ${percent(first.result.testAccuracy)} (95 %: ${percent(low)} – ${percent(high)})`,
  );
  console.log(`whole run: ${first.seconds.toFixed(0)} s`);
  console.log(`peak memory of the engine: ${peak.toFixed(2)} GiB`);
  console.log(`between two stages: median ${median(between).toFixed(0)} ms of ${between.length}`);
  console.log(`fully cached run, whole command: median ${median(cached).toFixed(2)} s of ${cached.length}`);
} finally {
  await thaw(folder, ["down"]);
  await rm(folder, { recursive: true, force: true });
}

/**
 * What durability costs: the same run file on the same images once as a run (embedded services, workers, engine), once with
 * its stages called one after the other in one process. Clock and processor seconds of both, whether all files that the
 * stages wrote are the same bytes, and where the difference lies.
 *   node dist/bench/speed/durability.js [FOLDER OF IMAGES [TIMES [SETTINGS]]]
 * SETTINGS is a part of a run file as JSON. Folds and the comparison with random weights are left out: the latter
 * trains for a time.
 */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { startRun } from "../../client/runs/start.js";
import { fetchEvents } from "../../client/temporal/eventHistory.js";
import { cpuSeconds } from "../../engine/cpuTime.js";
import { SERVICE_NAMES } from "../../runtime/services/names.js";
import { childEnvironment } from "../../spec/processes/childEnvironment.js";
import { type RunFile, runFileSchema } from "../../spec/runFile/runFile.js";
import { requireManifest } from "../../store/artifacts/artifacts.js";
import { enginePid, servicePid } from "../../test/support/services/faults.js";
import { type Stack, startStack } from "../../test/support/services/stack.js";
import { median, output, ROOT } from "../support.js";
import { activitySpans } from "./activitySpans.js";
import type { InProcess } from "./inProcess.js";

const [images = join(ROOT, "..", "shared", "data", "sign-digits"), times = "1", settings = "{}"] =
  process.argv.slice(2);
/** Done by the control worker: what they make is of the store, and the other side has none. */
const OF_THE_STORE = ["register", "report"];
const ENTRY = fileURLToPath(new URL("./inProcess.js", import.meta.url));
const LOOK_MS = 200;

interface StageOfRun {
  readonly stage: string;
  /** The look-up before it. */
  readonly lookUp: number;
  /** For its worker. */
  readonly waiting: number;
  /** From the worker's taking it to its answer. */
  readonly work: number;
  /** Of `work`, the engine's job, its checkpoints included. */
  readonly engine: number;
  readonly bytes: number;
  readonly digests: Readonly<Record<string, string>>;
}

interface Durable {
  /** Until all services serve. */
  readonly up: number;
  /** From the order to start it to its end, without the stages of the store. */
  readonly seconds: number;
  readonly ofTheStore: number;
  readonly stages: readonly StageOfRun[];
  /** Processor seconds, by process. */
  readonly processor: ReadonlyMap<string, number>;
}

async function durable(file: RunFile): Promise<Durable> {
  const began = performance.now();
  const stack = await startStack({ workers: true });
  try {
    const up = since(began);
    const meter = await meterProcesses(stack);
    const started = performance.now();
    const { runId } = await startRun(stack.session, { file, dataPath: file.data.path });
    // Nobody watches: to be told of the end costs nothing.
    await stack.session.temporal.workflow.getHandle(runId).result();
    const seconds = since(started);
    const processor = await meter();
    const { stages, ofTheStore } = await stagesOf(stack, runId);
    return { up, seconds: seconds - ofTheStore, ofTheStore, stages, processor };
  } finally {
    await stack.close();
  }
}

/** Samples the engine, which comes with the first stage. @returns stops, and tells what was used from then on */
async function meterProcesses(stack: Stack): Promise<() => Promise<ReadonlyMap<string, number>>> {
  const pids = new Map<string, number>();
  for (const name of SERVICE_NAMES) {
    const pid = await servicePid(stack, name);
    if (pid !== undefined) pids.set(name, pid);
  }
  const before = new Map([...pids].map(([name, pid]) => [name, cpuSeconds(pid) ?? 0]));
  let engine = await enginePid(stack);
  const timer = setInterval(async () => {
    engine ??= await enginePid(stack);
  }, LOOK_MS);
  return async () => {
    clearInterval(timer);
    const used = new Map(
      [...pids].map(([name, pid]) => [name, (cpuSeconds(pid) ?? 0) - (before.get(name) ?? 0)]),
    );
    if (engine !== undefined) used.set("engine", cpuSeconds(engine) ?? 0);
    return used;
  };
}

/** From the run's history, and from what its artifacts say of themselves. */
async function stagesOf(
  { session }: Stack,
  runId: string,
): Promise<{ readonly stages: readonly StageOfRun[]; readonly ofTheStore: number }> {
  const { events = [] } = await fetchEvents(session, runId);
  const spans = activitySpans(events ?? []);
  const lengthOf = (id: string): number => {
    const span = spans.get(id);
    return span === undefined ? 0 : span.ended - span.scheduled;
  };
  const ofTheStore = OF_THE_STORE.reduce((sum, id) => sum + lengthOf(id) + lengthOf(`find-${id}`), 0);
  const result = (await session.temporal.workflow.getHandle(runId).result()) as {
    readonly artifacts: Readonly<Record<string, Parameters<typeof requireManifest>[1]>>;
  };
  const stages = Object.entries(result.artifacts)
    .filter(([stage]) => !OF_THE_STORE.includes(stage))
    .map(async ([stage, ref]) => {
      const { seconds, files } = await requireManifest(session.store, ref);
      const span = spans.get(stage);
      if (span === undefined) throw new Error(`${stage} was not computed`);
      return {
        stage,
        lookUp: lengthOf(`find-${stage}`),
        waiting: span.started - span.scheduled,
        work: span.ended - span.started,
        engine: seconds,
        bytes: sum(files.map(({ size }) => size)),
        digests: Object.fromEntries(files.map(({ name, digest }) => [name, digest])),
      };
    });
  return { stages: await Promise.all(stages), ofTheStore };
}

interface Plain extends InProcess {
  /** From the process' start to its end. */
  readonly seconds: number;
}

async function inProcess(file: RunFile): Promise<Plain> {
  const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
  try {
    const started = performance.now();
    const child = spawn(process.execPath, [ENTRY, JSON.stringify(file), folder], {
      stdio: ["ignore", "pipe", "inherit"],
      // As of the engine.
      env: { TF_CPP_MIN_LOG_LEVEL: "2", ...childEnvironment("engine") },
    });
    const answer = JSON.parse(await output(child, "the stages in one process")) as InProcess;
    return { ...answer, seconds: since(started) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const since = (began: number): number => (performance.now() - began) / 1000;
const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
const shown = (seconds: number): string => `${seconds.toFixed(2).padStart(8)} s`;

/** @throws Error that names the files that differ */
function requireEqual(run: Durable, plain: Plain): number {
  const wrong: string[] = [];
  const own = new Map(plain.stages.map(({ stage, digests }) => [stage, digests]));
  for (const { stage, digests } of run.stages) {
    const others = own.get(stage) ?? {};
    for (const name of new Set([...Object.keys(digests), ...Object.keys(others)]))
      if (digests[name] !== others[name]) wrong.push(`${stage}/${name}`);
  }
  if (run.stages.length !== plain.stages.length) wrong.push("the stages themselves");
  if (wrong.length > 0) throw new Error(`not the same: ${wrong.join(", ")}`);
  return sum(run.stages.map(({ digests }) => Object.keys(digests).length));
}

function tell(run: Durable, plain: Plain): void {
  console.log(`${requireEqual(run, plain)} files of ${run.stages.length} stages are the same bytes`);
  console.log(
    "stage      in process    as a run: look-up, waiting, fetching and storing, engine; bytes stored",
  );
  for (const { stage, lookUp, waiting, work, engine, bytes } of run.stages) {
    const { seconds = 0 } = plain.stages.find((one) => one.stage === stage) ?? {};
    const parts = [lookUp, waiting, work - engine, engine].map(shown).join("");
    console.log(`${stage.padEnd(10)}${shown(seconds)}  ${parts}  ${(bytes / 1e6).toFixed(1)} MB`);
  }
  const stagesPlain = sum(plain.stages.map(({ seconds }) => seconds));
  const parts = {
    "look-ups in the store": sum(run.stages.map(({ lookUp }) => lookUp)),
    "waiting for a worker's poll": sum(run.stages.map(({ waiting }) => waiting)),
    "fetching, storing, committing": sum(run.stages.map(({ work, engine }) => work - engine)),
    "engine: checkpoints, messages": sum(run.stages.map(({ engine }) => engine)) - stagesPlain,
  };
  const inStages = sum(run.stages.map(({ lookUp, waiting, work }) => lookUp + waiting + work));
  console.log("Where the difference lies:");
  for (const [what, seconds] of Object.entries(parts)) console.log(`${shown(seconds)}  ${what}`);
  console.log(
    `${shown(run.seconds - inStages)}  workflow tasks between the stages, starting the run, its record`,
  );
  console.log(
    `${shown(stagesPlain - plain.seconds)}  start of the one process, which a run's engine does beside its first stages`,
  );
  const used = [...run.processor].map(([name, seconds]) => `${name} ${seconds.toFixed(1)}`).join(", ");
  console.log(`Processor seconds of the run: ${used}`);
  console.log(
    `Services up after ${run.up.toFixed(1)} s; register and report took ${run.ofTheStore.toFixed(2)} s`,
  );
}

const file = runFileSchema.parse({
  name: "durability",
  data: { path: resolve(images) },
  ...(JSON.parse(settings) as object),
  evaluation: { folds: 0 },
  compare: { scratch: false },
});
const clock: number[] = [];
const processor: number[] = [];
for (let time = 0; time < Number(times); time++) {
  // Each first once, so that neither always finds what the other has warmed.
  const isFirst = time % 2 === 0;
  const before = isFirst ? await inProcess(file) : undefined;
  const run = await durable(file);
  const plain = before ?? (await inProcess(file));
  tell(run, plain);
  const [own, others] = [sum(run.processor.values()), plain.processorSeconds];
  console.log(
    `clock: ${run.seconds.toFixed(1)} s against ${plain.seconds.toFixed(1)} s, ${percent(run.seconds / plain.seconds)}; ` +
      `processors: ${own.toFixed(1)} s against ${others.toFixed(1)} s, ${percent(own / others)}`,
  );
  clock.push(run.seconds / plain.seconds);
  processor.push(own / others);
}
console.log(
  `cost of durability, medians of ${times}: clock ${percent(median(clock))}, processors ${percent(median(processor))}`,
);

function percent(ratio: number): string {
  return `${ratio >= 1 ? "+" : ""}${(100 * (ratio - 1)).toFixed(1)} %`;
}

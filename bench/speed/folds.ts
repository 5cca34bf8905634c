/**
 * Folds side by side: `node dist/bench/speed/folds.js [FOLDER [WORKERS,… [FOLDS [IMAGES A CLASS]]]]`. The same run for each number of
 * training workers on this machine, each with one thread, its own services and store, and as many stages at once. Prints the seconds
 * from the first fold's order to the last one's end, folds a minute, the ratio to the first number, and whether all folds have the same bytes.
 */
import { cp, mkdir, readdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { parseRunFile } from "../../client/runFile/parse.js";
import { startRun } from "../../client/runs/start.js";
import { fetchEvents } from "../../client/temporal/eventHistory.js";
import type { RunResult } from "../../spec/pipeline/run.js";
import { requireManifest } from "../../store/artifacts/artifacts.js";
import { type Stack, startStack } from "../../test/support/services/stack.js";
import { ROOT } from "../support.js";
import { activitySpans } from "./activitySpans.js";
import { startMoreWorkers } from "./moreWorkers.js";

const [
  images = join(ROOT, "..", "shared", "data", "sign-digits"),
  workers = "1,2",
  number = "8",
  each = "24",
] = process.argv.slice(2);
/** As many workers as cores shall not share them. */
const ONE_THREAD = { TF_NUM_INTRAOP_THREADS: "1", TF_NUM_INTEROP_THREADS: "1", OMP_NUM_THREADS: "1" };
const runFile = (parallel: number): string => `
name: folds
data: { path: images }
recipe: staged
augment: { views: 2 }
unfreeze: { stages: [blocks.6] }
evaluation: { folds: ${number} }
parallel: ${parallel}
`;

/** The first so many files of each class, by name. */
async function takeImages(to: string): Promise<void> {
  for (const { name } of (await readdir(images, { withFileTypes: true })).filter((one) =>
    one.isDirectory(),
  )) {
    await mkdir(join(to, name), { recursive: true });
    const files = (await readdir(join(images, name))).sort().slice(0, Number(each));
    for (const file of files) await cp(join(images, name, file), join(to, name, file));
  }
}

interface Folds {
  /** From the first one's order to the last one's end. */
  readonly seconds: number;
  readonly count: number;
  /** Of the engines at the folds. */
  readonly processorSeconds: number;
  /** Of all files of all folds. A manifest's own digest has times in it. */
  readonly files: string;
}

async function foldsOf({ session, folder }: Stack, parallel: number): Promise<Folds> {
  const file = parseRunFile(runFile(parallel), "thaw.yaml", []);
  const { runId } = await startRun(session, { file, dataPath: join(folder, "images") });
  const { artifacts } = (await session.temporal.workflow.getHandle(runId).result()) as RunResult;
  const { events } = await fetchEvents(session, runId);
  const spans = [...activitySpans(events ?? [])].flatMap(([id, span]) =>
    /^fold-\d+$/.test(id) ? [span] : [],
  );
  // They stand in the order in which they ended.
  const made = Object.entries(artifacts)
    .filter(([stage]) => /^fold-\d+$/.test(stage))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const manifests = await Promise.all(made.map(([, ref]) => requireManifest(session.store, ref)));
  const times = spans.flatMap(({ scheduled, ended }) => [scheduled, ended]);
  return {
    seconds: Math.max(...times) - Math.min(...times),
    count: spans.length,
    processorSeconds: manifests.reduce((sum, { usage }) => sum + (usage?.cpuSeconds ?? 0), 0),
    files: JSON.stringify(manifests.map(({ files }) => files.map(({ name, digest }) => [name, digest]))),
  };
}

async function measured(count: number): Promise<Folds> {
  const stack = await startStack({ workers: true, trainingVariables: ONE_THREAD });
  const others = startMoreWorkers(stack, count - 1, ONE_THREAD);
  try {
    await takeImages(join(stack.folder, "images"));
    return await foldsOf(stack, count);
  } finally {
    await others.stop();
    await stack.close();
  }
}

console.log(`${availableParallelism()} cores, ${resolve(images)}, ${each} images a class, ${number} folds`);
let first: Folds | undefined;
for (const count of workers.split(",").map(Number)) {
  const folds = await measured(count);
  first ??= folds;
  const { seconds, count: done, processorSeconds, files } = folds;
  const isSame = files === first.files;
  console.log(
    `${count} workers: ${seconds.toFixed(1)} s for ${done} folds, ${((60 * done) / seconds).toFixed(1)} a minute, ` +
      `${(first.seconds / seconds).toFixed(2)} times the first; engines ${processorSeconds.toFixed(1)} s of a processor; ` +
      (isSame ? "the same bytes" : "OTHER BYTES"),
  );
  if (!isSame) process.exitCode = 1;
}

/**
 * Ingest and features of a large set in shards on real services: `node dist/bench/speed/shards.js IMAGES [WORKERS [PER_SHARD [whole|shards [SIDE]]]]`,
 * with WORKERS training workers on this machine (4) and PER_SHARD images of a shard (2,000); `whole` computes the features once more in
 * one pass and compares the bytes. Synthetic images of 32 pixels, two views of those to train on, through EfficientNet-Lite0 at SIDE (64).
 * Prints images a second, digests, events, and processor time and peak memory of every process.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { parseRunFile } from "../../client/runFile/parse.js";
import { startRun } from "../../client/runs/start.js";
import { type RunView, watchRun } from "../../client/runs/watch.js";
import { fetchEvents } from "../../client/temporal/eventHistory.js";
import { randomStream } from "../../rng/stream.js";
import type { FeaturesSummary } from "../../spec/records/features.js";
import {
  type ArtifactManifest,
  findManifest,
  placeOf,
  requireManifest,
} from "../../store/artifacts/artifacts.js";
import { listNames } from "../../store/json.js";
import { addSmallBase } from "../../test/support/services/smallBase.js";
import { type Stack, startStack } from "../../test/support/services/stack.js";
import { startMoreWorkers } from "./moreWorkers.js";
import { describeUse, type ProcessWatch, watchProcesses } from "./processes.js";

const [images = "4000", workers = "4", perShard = "2000", whole, side = "64"] = process.argv.slice(2);
const CLASSES = 10;
/** Blocks a side, so that images look different to the search for copies, and pixels of a block. */
const [BLOCKS, BLOCK] = [8, 4] as const;
const DRAWN_AT_ONCE = 64;
const RUN_FILE = `
name: shards
base: synthetic
data: { path: images }
recipe: extractor-only
augment: { views: 2 }
head: { epochs: 1 }
evaluation: { folds: 0 }
parallel: ${workers}
`;

/** A pattern of blocks of any colour, as JPEG: a function of the number alone. */
function synthetic(number: number): Promise<Buffer> {
  const stream = randomStream(1, "synthetic", number);
  const colours = Buffer.from(
    Array.from({ length: BLOCKS * BLOCKS * 3 }, (_, index) => stream.word(index) & 255),
  );
  const side = BLOCKS * BLOCK;
  return sharp(colours, { raw: { width: BLOCKS, height: BLOCKS, channels: 3 } })
    .resize(side, side, { kernel: "nearest" })
    .jpeg({ quality: 80 })
    .toBuffer();
}

async function drawAll(folder: string, count: number): Promise<void> {
  for (let label = 0; label < CLASSES; label++)
    await mkdir(join(folder, `class-${label}`), { recursive: true });
  for (let first = 0; first < count; first += DRAWN_AT_ONCE) {
    const numbers = Array.from({ length: Math.min(DRAWN_AT_ONCE, count - first) }, (_, i) => first + i);
    await Promise.all(
      numbers.map(async (number) =>
        writeFile(join(folder, `class-${number % CLASSES}`, `${number}.jpg`), await synthetic(number)),
      ),
    );
  }
}

/** The run as it is when its features are there. @param onIngested called once, when the images are there */
async function untilFeatures(
  { session }: Stack,
  runId: string,
  onIngested: () => Promise<void>,
): Promise<RunView> {
  let said = "";
  let isIngested = false;
  for await (const view of watchRun(session, runId, { signal: new AbortController().signal })) {
    const stageOf = (wanted: string) => view.stages.find(({ name }) => name === wanted);
    const stage = stageOf("features");
    if (!isIngested && stageOf("ingest")?.artifact !== undefined) {
      isIngested = true;
      await onIngested();
    }
    const now = stage?.progress?.phase === "shards" ? `${stage.progress.step}/${stage.progress.total}` : "";
    if (now !== "" && now !== said) console.log(`  ${now} shards, ${new Date().toISOString()}`);
    said = now || said;
    if (stage?.artifact === undefined && view.status === "running") continue;
    if (stage?.artifact === undefined) throw new Error(view.failure?.message ?? view.status);
    return view;
  }
  throw new Error("the run is gone");
}

async function artifactsOf(
  { session }: Stack,
  { stages }: RunView,
): Promise<Record<string, ArtifactManifest>> {
  const made = stages.flatMap(({ name, artifact }) => (artifact === undefined ? [] : [{ name, artifact }]));
  const entries = made.map(
    async ({ name, artifact }) => [name, await requireManifest(session.store, artifact)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** Of those in the store. */
async function processorTimeOfShards({ session }: Stack): Promise<number> {
  let sum = 0;
  for (const name of await listNames(session.store, "artifacts/shard/")) {
    const { kind, key } = placeOf(name) ?? {};
    if (kind === undefined || key === undefined) continue;
    sum += (await findManifest(session.store, kind, key))?.usage?.cpuSeconds ?? 0;
  }
  return sum;
}

async function measured(stack: Stack, processes: ProcessWatch, size: string, from?: string): Promise<string> {
  await processes.used();
  const began = performance.now();
  const file = parseRunFile(RUN_FILE, "thaw.yaml", [`shards.images=${size}`]);
  const dataPath = join(stack.folder, "images");
  const lineage = from === undefined ? {} : { from };
  const { runId } = await startRun(stack.session, { file, dataPath, lineage });
  const since = (): string => ((performance.now() - began) / 1000).toFixed(1);
  const tell = async (until: string): Promise<void> => {
    console.log(`until ${until}: ${since()} s; processor time since, and peak memory:`);
    console.log(describeUse(await processes.used()));
  };
  const view = await untilFeatures(stack, runId, () => tell("the images are there"));
  await tell("the features are there");
  // It goes no further; engines that are at a stage end with it.
  await stack.session.temporal.workflow.getHandle(runId).cancel();
  const { ingest, features } = await artifactsOf(stack, view);
  if (features === undefined) throw new Error("there are no features");
  const { events } = await fetchEvents(stack.session, runId);
  const seconds = (name: string): number => view.stages.find((stage) => stage.name === name)?.seconds ?? 0;
  const { rows, shards } = features.summary as FeaturesSummary;
  const digest = features.files[0]?.digest ?? "";
  const speed = (count: number, time: number): string =>
    `${time.toFixed(1)} s, ${(count / time).toFixed(1)} a second`;
  console.log(`ingest: ${images} images in ${speed(Number(images), seconds("ingest"))}, ${ingest?.digest}`);
  console.log(
    `features: ${rows} views in ${speed(rows, seconds("features"))}, ` +
      `${shards === undefined ? "one pass" : `${shards.shards} shards`}, ${digest}`,
  );
  const { seconds: held = 0, cpuSeconds: cpu = 0 } = features.usage ?? {};
  const ofShards = shards === undefined ? 0 : await processorTimeOfShards(stack);
  console.log(
    `held by workers for features: ${held.toFixed(1)} s; engines' time ${cpu.toFixed(1)} s, ` +
      `of it ${(cpu - ofShards).toFixed(1)} s of the stage itself`,
  );
  console.log(
    `events of the history: ${events?.length}, ${JSON.stringify(events).length} characters of JSON`,
  );
  return digest;
}

const stack = await startStack({ workers: true });
const others = startMoreWorkers(stack, Number(workers) - 1);
try {
  await addSmallBase(stack.session.store, { name: "synthetic", size: Number(side) });
  const processes = watchProcesses(stack, others.pids);
  await drawAll(join(stack.folder, "images"), Number(images));
  const digest = await measured(stack, processes, perShard);
  console.log(`shards in the store: ${(await listNames(stack.session.store, "artifacts/shard/")).length}`);
  if (whole === "whole") {
    const same = (await measured(stack, processes, "off", "features")) === digest;
    console.log(same ? "the same bytes" : "OTHER BYTES");
    process.exitCode = same ? 0 : 1;
  }
} finally {
  await others.stop();
  await stack.close();
}

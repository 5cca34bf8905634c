/**
 * Time and memory per image at two sizes of a set: `node dist/bench/speed/scale.js IMAGES [BUDGET]`, one size a process.
 * Drawn images of 96 pixels, two views, one epoch of head and `blocks.6`; BUDGET is of `scratch.budget`, e.g. `0GB`.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { scratchBudget, scratchSize, spareBytes } from "../../files/scratch.js";
import { extractFeatures } from "../../learn/stages/extractFeatures.js";
import type { StageContext } from "../../learn/stages/job.js";
import { trainHead } from "../../learn/stages/trainHead.js";
import { tuneStage } from "../../learn/stages/tuneStage.js";
import { FEATURES_FILE, WEIGHTS_FILE } from "../../spec/pipeline/artifactFiles.js";
import { runFileSchema } from "../../spec/runFile/runFile.js";
import { askedBudget } from "../../spec/runFile/scratch.js";
import { drawnImages } from "../../test/support/images/drawn.js";
import { ingestFor } from "../../test/unit/learn/stageContexts.js";

const [count = "1000", asked = "auto", drawn] = process.argv.slice(2);
const CLASSES = ["disc", "moon", "star", "ring"] as const;
const DEEPEST = "blocks.6";
const file = runFileSchema.parse({
  name: "scale",
  data: { path: "unused" },
  augment: { views: 2 },
  head: { epochs: 1 },
  unfreeze: { epochs: 1 },
  scratch: { budget: asked },
});

const folder = join(tmpdir(), `thaw-scale-${process.pid}`);
const images = Number(count);
const scratch = join(folder, "scratch");

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const [started, { user, system }] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const used = process.cpuUsage();
  const cpu = (used.user + used.system - user - system) / 1e6;
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${what}: ${seconds.toFixed(1)} s, per image ${((1000 * cpu) / images).toFixed(2)} ms of processors; ` +
      `peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`,
  );
  return result;
}

/** By a process of its own: drawing takes 25 kB of memory an image. */
async function drawElsewhere(source: string): Promise<void> {
  const [status] = await once(fork(fileURLToPath(import.meta.url), [count, asked, source]), "exit");
  if (status !== 0) throw new Error(`drawing ended with ${String(status)}`);
}

if (drawn !== undefined) {
  await drawnImages(drawn, images / CLASSES.length, CLASSES);
  process.exit(0);
}
try {
  await mkdir(scratch, { recursive: true });
  const source = join(folder, "images");
  await drawElsewhere(source);
  const { context: contextOf } = await timed("ingest", () => ingestFor(folder, source, file));
  const budget = scratchBudget(0, await spareBytes(scratch), {}, askedBudget(file.scratch.budget));
  const context = async (stage: string): Promise<StageContext> => ({
    ...(await contextOf(stage, { scratch: join(scratch, "set") })),
    room: { folder: scratch, budget },
  });
  const features = await context("features");
  await timed("features", () => extractFeatures(features, [DEEPEST], false));
  const path = join(features.folders.out, FEATURES_FILE);
  const head = await context("head");
  await timed("head", () => trainHead(head, file.head, path));
  const { stages: _stages, surgical: _surgical, ...tuning } = file.unfreeze;
  const tune = await context("tune");
  await timed("tune", () =>
    tuneStage(tune, { ...tuning, deepest: DEEPEST, stage: 1 }, join(head.folders.out, WEIGHTS_FILE)),
  );
  console.log(`scratch: ${(((await scratchSize(scratch)) / images) * 1e-3).toFixed(1)} kB per image`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

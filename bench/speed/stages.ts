/**
 * What `features`, `recipe` and `evaluate` take besides their pass over the images, on the clock and in processor time
 * of all threads, of the latter phase by phase: a run's stages one after the other in this process, without servers.
 *   node dist/bench/speed/stages.js [FOLDER OF IMAGES] [TIMES] [SETTINGS]
 * SETTINGS is a part of a run file as JSON. The tuned network is evaluated whether the gate would keep it or not. With
 * `--cpu-prof` of Node it says which functions; the digests of what the stages wrote say whether they wrote the same.
 */
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openDataset } from "../../data/dataset/dataset.js";
import { ingest } from "../../data/dataset/ingest.js";
import { groupIndex } from "../../learn/bases/architecture.js";
import { chosenBase } from "../../learn/bases/chosen.js";
import { disposePass } from "../../learn/network/boundaries.js";
import { basePass } from "../../learn/network/frozen.js";
import { loadSound } from "../../learn/network/tryOut.js";
import { renderBatches } from "../../learn/samples/render.js";
import { imagesOf } from "../../learn/samples/views.js";
import { chooseRecipe } from "../../learn/stages/chooseRecipe.js";
import { type Candidate, evaluate } from "../../learn/stages/evaluate.js";
import { extractFeatures } from "../../learn/stages/extractFeatures.js";
import type { StageContext } from "../../learn/stages/job.js";
import { trainHead } from "../../learn/stages/trainHead.js";
import { tuneStage } from "../../learn/stages/tuneStage.js";
import { pixelTensor } from "../../learn/training/step/pixels.js";
import { FEATURES_FILE, WEIGHTS_FILE } from "../../spec/pipeline/artifactFiles.js";
import { tuningDepths } from "../../spec/pipeline/stages.js";
import { type RunFile, runFileSchema } from "../../spec/runFile/runFile.js";
import { contextsIn } from "../contexts.js";
import { median, ROOT } from "../support.js";

const BATCH = 32;
/** One epoch, for only the weights' being others counts here. */
const EPOCHS = 1;

const [images = join(ROOT, "..", "shared", "data", "flowers12"), times = "3", settings = "{}"] =
  process.argv.slice(2);
const path = resolve(images);

interface Pass {
  readonly images: number;
  readonly seconds: number;
  readonly processor: number;
}

interface Timed {
  readonly seconds: number;
  /** Processor time of all threads. */
  readonly processor: number;
  /** The same from the first word of a phase to that of the next. */
  readonly phases: ReadonlyMap<string, number>;
}

async function timed(
  context: StageContext,
  work: (context: StageContext) => Promise<unknown>,
): Promise<Timed> {
  const phases = new Map<string, number>();
  const started = performance.now();
  const before = processorSeconds();
  let [phase, since] = ["start", before];
  const turn = (next: string): void => {
    const now = processorSeconds();
    phases.set(phase, (phases.get(phase) ?? 0) + now - since);
    [phase, since] = [next, now];
  };
  await work({ ...context, onProgress: (progress) => turn(progress.phase ?? "") });
  turn("end");
  return { seconds: (performance.now() - started) / 1000, processor: processorSeconds() - before, phases };
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** The pass alone, of the held-out images' pixels, which are there already. */
async function passOf(context: StageContext, deepest: readonly string[]): Promise<Pass> {
  const base = chosenBase(context.base);
  const { architecture, input } = base;
  const dataset = await openDataset(context.folders.dataset);
  const held = imagesOf(dataset.records, "test");
  const boundaries = deepest.map((name) => groupIndex(architecture, name));
  const pass = await basePass(base, await loadSound(base, context.base), boundaries);
  const views = held.map((image) => ({ image, view: 0 }));
  const pixels: Uint8Array[] = [];
  for await (const batch of renderBatches(dataset, input, context.augment, context.seed, views, BATCH))
    pixels.push(batch.pixels);
  await dataset.close();
  const runs = Array.from({ length: Number(times) }, () => {
    const [started, before] = [performance.now(), processorSeconds()];
    for (const own of pixels) {
      const x = pixelTensor(
        own,
        [own.length / (3 * input.size ** 2), input.size, input.size, 3],
        input.pixelScale,
      );
      const result = pass.run(x);
      result.features.dataSync();
      disposePass(result);
      x.dispose();
    }
    return { seconds: (performance.now() - started) / 1000, processor: processorSeconds() - before };
  });
  pass.dispose();
  return {
    images: held.length,
    seconds: median(runs.map(({ seconds }) => seconds)),
    processor: median(runs.map(({ processor }) => processor)),
  };
}

/** Of the files of a folder, in the order of their names, and of what the stage says besides, without its times. */
async function digestOf(folder: string, summary: unknown): Promise<string> {
  const hash = createHash("sha256");
  for (const name of (await readdir(folder)).sort())
    hash.update(name).update(await readFile(join(folder, name)));
  hash.update(JSON.stringify(summary, (key, value: unknown) => (key === "seconds" ? undefined : value)));
  return hash.digest("hex").slice(0, 12);
}

function tell(name: string, all: readonly Timed[], pass: Pass, digest: string): void {
  const [seconds, processor] = [
    median(all.map((one) => one.seconds)),
    median(all.map((one) => one.processor)),
  ];
  console.log(
    `${name}: ${seconds.toFixed(2)} s, ${(seconds / pass.seconds).toFixed(1)} passes; of processors ` +
      `${processor.toFixed(2)} s, ${(processor / pass.processor).toFixed(1)} passes; ${digest}`,
  );
  for (const phase of all[0]?.phases.keys() ?? []) {
    const took = median(all.map((one) => one.phases.get(phase) ?? 0));
    if (took >= 0.05) console.log(`  ${took.toFixed(2).padStart(6)} s  ${phase}`);
  }
}

async function repeated(
  name: string,
  pass: Pass,
  context: StageContext,
  work: (context: StageContext) => Promise<unknown>,
): Promise<void> {
  const all: Timed[] = [];
  let summary: unknown;
  for (let i = 0; i < Number(times); i++) {
    all.push(
      await timed(context, async (own) => {
        summary = await work(own);
      }),
    );
  }
  tell(name, all, pass, await digestOf(context.folders.out, summary));
}

async function measure(file: RunFile, folder: string): Promise<void> {
  const dataset = join(folder, "dataset");
  const { path: source, ...data } = file.data;
  const digestCache = join(folder, "digests.json");
  await ingest({ source, data, seed: file.seed, digestCache, out: dataset, onProgress: () => {} });
  const context = contextsIn(folder, dataset, file);
  const { stages: _stages, surgical: _surgical, ...tuning } = file.unfreeze;
  const [deepest = "blocks.6"] = tuningDepths(file, undefined);
  const features = join(folder, "features", FEATURES_FILE);
  const pass = await passOf(await context("features"), [deepest]);
  console.log(
    `pass of ${pass.images} held-out images: ${pass.seconds.toFixed(2)} s, of processors ${pass.processor.toFixed(2)} s`,
  );
  await repeated("features", pass, await context("features"), (own) =>
    extractFeatures(own, [deepest], false),
  );
  const asked = { asked: file.recipe, planned: 1, folds: file.evaluation.folds } as const;
  await repeated("recipe", pass, await context("recipe"), (own) => chooseRecipe(own, asked, features));
  await trainHead(await context("head"), file.head, features);
  const head = { stage: "head", weights: join(folder, "head", WEIGHTS_FILE) };
  await tuneStage(
    await context("tune-1"),
    { ...tuning, epochs: EPOCHS, gate: { ...tuning.gate, rule: "always" }, deepest, stage: 1 },
    head.weights,
  );
  const tuned = { stage: "tune-1", weights: join(folder, "tune-1", WEIGHTS_FILE), deepest };
  const candidates = (all: readonly Candidate[]) => (own: StageContext) =>
    evaluate(own, all, undefined, [], features);
  await repeated("evaluate, head", pass, await context("evaluate-head"), candidates([head]));
  await repeated("evaluate, tuned", pass, await context("evaluate-tuned"), candidates([head, tuned]));
}

const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
try {
  await measure(
    runFileSchema.parse({ name: "bench", data: { path }, ...(JSON.parse(settings) as object) }),
    folder,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}

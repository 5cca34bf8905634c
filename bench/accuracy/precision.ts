/**
 * What training on bfloat16 costs in accuracy: heads and stages of unfreezing on features and activations of either
 * precision, judged alike, in float32, over seeds with splits of their own.
 *   node dist/bench/accuracy/precision.js [SEEDS [FOLDER OF THE SETS [SET or SET:TRAIN,VALIDATION,TEST…]]]
 * Numbers of images are of each class; with few a stage is rolled back, whatever it was trained on.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ingest } from "../../data/dataset/ingest.js";
import { extractFeatures } from "../../learn/stages/extractFeatures.js";
import { trainHead } from "../../learn/stages/trainHead.js";
import { tuneStage } from "../../learn/stages/tuneStage.js";
import { crossEntropyAndAccuracy } from "../../learn/training/validation.js";
import type { Precision } from "../../spec/engine/precision.js";
import { FEATURES_FILE, WEIGHTS_FILE } from "../../spec/pipeline/artifactFiles.js";
import { runFileSchema } from "../../spec/runFile/runFile.js";
import { contextsIn } from "../contexts.js";
import { stageLogits } from "../gate/stageLogits.js";
import { type BenchSet, sourceOf } from "../rivals/sets.js";
import { mean, ROOT } from "../support.js";

const [seeds = "5", folder = join(ROOT, "..", "shared", "data"), ...wanted] = process.argv.slice(2);
const DATA = resolve(folder);
/** @param perClass images of each class to train on, to validate on and to judge by */
const taken = (name: string, within: string, flip: boolean, perClass: [number, number, number]): BenchSet => {
  const [train, validation, test] = perClass;
  return {
    name,
    images: join(DATA, within),
    flip,
    split: { kind: "take", perClass: { train, validation, test } },
  };
};
const KNOWN: readonly BenchSet[] = [
  taken("sign-digits", "sign-digits", false, [10, 5, 15]),
  taken("flowers12", "flowers12/train", true, [10, 5, 15]),
  taken("brain-mri", "brain-mri", true, [40, 15, 40]),
];
const SETS =
  wanted.length === 0
    ? KNOWN
    : wanted.map((text): BenchSet => {
        const [name, counts] = text.split(":");
        const known = KNOWN.find((set) => set.name === name);
        if (known === undefined)
          throw new Error(`no set ${name}: ${KNOWN.map((set) => set.name).join(", ")}`);
        if (counts === undefined) return known;
        const [train = 0, validation = 0, test = 0] = counts.split(",").map(Number);
        return { ...known, split: { kind: "take", perClass: { train, validation, test } } };
      });
const STAGES = ["blocks.6", "blocks.5"] as const;
const SETTINGS = { augment: { views: 2 }, unfreeze: { stages: STAGES, epochs: 4 } };

interface Result {
  readonly head: number;
  readonly model: number;
  /** Of the stages those that the gate kept, the deepest last. */
  readonly kept: readonly string[];
  readonly cosine: number | undefined;
}

async function trainIn(precision: Precision, set: BenchSet, seed: number, folder: string): Promise<Result> {
  const file = runFileSchema.parse({
    name: "bench",
    data: { path: set.images, outside: "allow" },
    seed,
    precision,
    ...SETTINGS,
  });
  const dataset = join(folder, "dataset");
  const own = join(folder, precision);
  const context = contextsIn(own, dataset, file);
  const features = await extractFeatures(await context("features"), STAGES, false);
  await trainHead(await context("head"), file.head, join(own, "features", FEATURES_FILE));
  const head = join(own, "head", WEIGHTS_FILE);
  const { stages: _stages, surgical: _surgical, ...settings } = file.unfreeze;
  const kept: string[] = [];
  let weights = head;
  for (const [index, deepest] of STAGES.entries()) {
    const stage = `tune-${index + 1}`;
    const tuned = await tuneStage(await context(stage), { ...settings, deepest, stage: index + 1 }, weights);
    if (tuned.kept) kept.push(deepest);
    weights = join(own, stage, WEIGHTS_FILE);
  }
  // Both are judged on the activations that were computed in float32, as an evaluation does.
  const judged = async (weights: string, deepest?: string): Promise<number> => {
    const candidate = { stage: "", weights, ...(deepest === undefined ? {} : { deepest }) };
    const { labels, logits } = await stageLogits(file, dataset, join(folder, "float32"), candidate, "test");
    return crossEntropyAndAccuracy(logits, labels, logits.length / labels.length).accuracy;
  };
  return {
    head: await judged(head),
    model: await judged(weights, kept.at(-1)),
    kept,
    cosine: features.precision?.cosine,
  };
}

async function runSeed(set: BenchSet, seed: number): Promise<Record<Precision, Result>> {
  const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
  try {
    const { data } = runFileSchema.parse({ name: "bench", data: { path: set.images, outside: "allow" } });
    await ingest({
      source: await sourceOf(set, seed, join(folder, "images.jsonl")),
      data,
      seed,
      digestCache: join(folder, "digests.json"),
      out: join(folder, "dataset"),
      onProgress: () => {},
    });
    const float32 = await trainIn("float32", set, seed, folder);
    return { float32, bfloat16: await trainIn("bfloat16", set, seed, folder) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const keptOf = ({ kept }: Result): string => kept.join(" + ") || "none";
const percent = (value: number): string => (100 * value).toFixed(1);

for (const set of SETS) {
  const runs: Record<Precision, Result>[] = [];
  for (let seed = 1; seed <= Number(seeds); seed++) {
    const run = await runSeed(set, seed);
    runs.push(run);
    const { float32, bfloat16 } = run;
    const pair = (one: number, other: number): string => `${percent(one)} ~ ${percent(other)} %`;
    console.log(
      `${set.name} seed ${seed}: head ${pair(float32.head, bfloat16.head)}, model ${pair(float32.model, bfloat16.model)}, kept ${keptOf(float32)} ~ ${keptOf(bfloat16)}, cosine ${bfloat16.cosine?.toFixed(5)}`,
    );
  }
  for (const name of ["head", "model"] as const) {
    const gaps = runs.map(({ float32, bfloat16 }) => bfloat16[name] - float32[name]);
    const middle = mean(gaps);
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - middle) ** 2, 0) / (gaps.length - 1));
    // Student's t for five seeds.
    const half = (2.776 * deviation) / Math.sqrt(gaps.length);
    console.log(
      `${set.name} ${name}: bfloat16 is ahead by ${percent(middle)} points (± ${percent(half)}, 95 % of five seeds)`,
    );
  }
}
const { user, system } = process.cpuUsage();
console.log(`${((user + system) / 1e6).toFixed(0)} s of processor`);

/**
 * Whether a base that thaw itself has tuned on other classes of the domain is a better start than ImageNet's, on few images:
 * for each seed half of the sign-language digits (drawn) tune EfficientNet-Lite0 in the two stages of the defaults, and a
 * linear classifier tells the other half apart by the frozen features of either base, of a few images a class, drawn several
 * times. Partition, tuning and few images vary with the seed; both bases get the same images.
 *   node dist/bench/accuracy/domainBase.js OUT.jsonl [SEEDS [SIZE]]
 * SEEDS is how many, or which: `4,5`. SIZE is the side of the input. Appends a line a seed and number of images to OUT.jsonl,
 * and sums up all that is there.
 */

import { appendFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ingest } from "../../data/dataset/ingest.js";
import { studentQuantile } from "../../learn/evaluation/studentQuantile.js";
import { openSamples } from "../../learn/samples/files.js";
import { viewRows } from "../../learn/samples/views.js";
import { readRecords } from "../../learn/stages/activations.js";
import { extractFeatures } from "../../learn/stages/extractFeatures.js";
import { trainHead } from "../../learn/stages/trainHead.js";
import { tuneStage } from "../../learn/stages/tuneStage.js";
import { fitLogisticRegression } from "../../learn/transferability/logisticRegression.js";
import { type Matrix, matrix, row, takeRows } from "../../learn/transferability/matrix.js";
import { permutation, randomStream } from "../../rng/stream.js";
import { FEATURES_FILE, WEIGHTS_FILE } from "../../spec/pipeline/artifactFiles.js";
import { unfreezeStages } from "../../spec/pipeline/unfreezing.js";
import { settledAugment } from "../../spec/pipeline/views.js";
import { runFileSchema } from "../../spec/runFile/runFile.js";
import { contextsIn, type OwnBase } from "../contexts.js";
import { mean } from "../support.js";
import { DIGITS, type Sizes, writeDigits } from "./digits.js";

const [out = "", asked = "5", side = "64"] = process.argv.slice(2);
if (out === "") throw new Error("usage: domainBase.js OUT.jsonl [SEEDS [SIZE]]");
const SEEDS = asked.includes(",")
  ? asked
      .split(",")
      .filter((seed) => seed !== "")
      .map(Number)
  : Array.from({ length: Number(asked) }, (_, index) => index + 1);
/** Training images a class that the target is learned from. */
const FEW = [3, 10, 30];
/** Of the few images, for each seed. */
const DRAWS = 5;
const CLASSES = 10;
const HALF = CLASSES / 2;
const FEATURES = 1280;
/** As in `learn/stages/chooseRecipe.ts`. */
const PENALTY = 0.1;
/** Images a class that tune the base of the domain; nothing is held out of them. */
const DOMAIN: Sizes = [
  ["train", 120],
  ["validation", 30],
  ["test", 1],
];
/** Nearly all of the other classes, whose splits have no meaning here: few are drawn, the rest is told apart. */
const TARGET: Sizes = [
  ["train", 198],
  ["validation", 1],
  ["test", 1],
];
const PLAIN: OwnBase = { inputSize: Number(side) };

const file = runFileSchema.parse({
  name: "bench",
  data: { path: DIGITS, outside: "allow" },
  augment: { views: 1 },
});
const { path: _path, ...data } = file.data;

/** A line of the file: accuracies in per cent, means of the draws. */
interface Line {
  readonly seed: number;
  readonly few: number;
  readonly imagenet: number;
  readonly domain: number;
}

async function ingested(
  folder: string,
  purpose: string,
  seed: number,
  sizesOf: (label: number) => Sizes,
): Promise<string> {
  const source = join(folder, "images.jsonl");
  const dataset = join(folder, "dataset");
  await mkdir(folder);
  await writeDigits(source, purpose, seed, sizesOf);
  const digestCache = join(folder, "digests.json");
  await ingest({ source, data, seed, digestCache, out: dataset, onProgress: () => {} });
  return dataset;
}

/** @returns the weights file of the last stage that was kept, and how many were */
async function tunedBase(folder: string, seed: number, sizesOf: (label: number) => Sizes) {
  const dataset = await ingested(folder, "domain base", seed, sizesOf);
  const context = contextsIn(folder, dataset, { ...file, seed }, undefined, PLAIN);
  const stages = unfreezeStages(file, undefined);
  await extractFeatures(await context("features"), stages, false);
  await trainHead(await context("head"), file.head, join(folder, "features", FEATURES_FILE));
  const { stages: _stages, surgical: _surgical, ...settings } = file.unfreeze;
  let kept = 0;
  let weights = join(folder, "head", WEIGHTS_FILE);
  for (const [index, deepest] of stages.entries()) {
    const stage = `tune-${index + 1}`;
    const summary = await tuneStage(
      await context(stage),
      { ...settings, deepest, stage: index + 1 },
      weights,
    );
    if (!summary.kept) continue;
    kept++;
    weights = join(folder, stage, WEIGHTS_FILE);
  }
  if (kept === 0) throw new Error(`seed ${seed}: no stage was kept, so both bases would be ImageNet's`);
  return { weights, kept };
}

/** Features of the plain view of every image. */
async function featuresOf(folder: string, dataset: string, own: OwnBase, seed: number): Promise<Matrix> {
  const context = contextsIn(folder, dataset, { ...file, seed }, undefined, own);
  await extractFeatures(await context("features"), [], false);
  const { records } = await readRecords(dataset);
  const { firstRow } = viewRows(records, settledAugment(file.augment).views);
  const samples = openSamples(join(folder, "features", FEATURES_FILE), {
    shape: [FEATURES],
    type: "float32",
  });
  try {
    const values = samples.gather(records.map((_, image) => firstRow[image] as number));
    return matrix(records.length, FEATURES, values);
  } finally {
    samples.close();
  }
}

/** Accuracy in per cent of a classifier of the drawn images, on all others. */
function accuracyOf(x: Matrix, labels: readonly number[], drawn: ReadonlySet<number>): number {
  const own = [...drawn];
  const others = labels.flatMap((_, image) => (drawn.has(image) ? [] : [image]));
  const classify = fitLogisticRegression(
    takeRows(x, own),
    own.map((image) => labels[image] as number),
    HALF,
    PENALTY,
  );
  const probabilities = classify(takeRows(x, others));
  const right = others.filter((image, i) => {
    const each = Array.from(row(probabilities, i));
    return each.indexOf(Math.max(...each)) === labels[image];
  });
  return (100 * right.length) / others.length;
}

function drawnImages(
  labels: readonly number[],
  few: number,
  seed: number,
  draw: number,
): ReadonlySet<number> {
  const drawn = new Set<number>();
  for (let label = 0; label < HALF; label++) {
    const own = labels.flatMap((one, image) => (one === label ? [image] : []));
    const order = permutation(own.length, randomStream(seed, `few images: draw ${draw}`, label));
    for (const place of order.slice(0, few)) drawn.add(own[place] as number);
  }
  return drawn;
}

async function measure(seed: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
  try {
    const order = permutation(CLASSES, randomStream(seed, "classes of the domain"));
    const half = new Set(order.slice(0, HALF));
    const { weights, kept } = await tunedBase(join(folder, "domain"), seed, (label) =>
      half.has(label) ? DOMAIN : [],
    );
    const target = join(folder, "target");
    const dataset = await ingested(target, "target", seed, (label) => (half.has(label) ? [] : TARGET));
    const imagenet = await featuresOf(join(target, "imagenet"), dataset, PLAIN, seed);
    const domain = await featuresOf(join(target, "domain"), dataset, { ...PLAIN, layers: [weights] }, seed);
    const labels = (await readRecords(dataset)).records.map(({ label }) => label);
    for (const few of FEW) {
      const draws = Array.from({ length: DRAWS }, (_, draw) => drawnImages(labels, few, seed, draw));
      const of = (x: Matrix): number => mean(draws.map((drawn) => accuracyOf(x, labels, drawn)));
      const line: Line = { seed, few, imagenet: of(imagenet), domain: of(domain) };
      await appendFile(out, `${JSON.stringify(line)}\n`);
      console.log(
        `seed ${seed} (domain ${[...half].sort().join(", ")}; ${kept} stages kept), ${few} images a class: ` +
          `ImageNet ${line.imagenet.toFixed(1)}, domain ${line.domain.toFixed(1)}`,
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Mean and 95 % t interval over the seeds. */
function overSeeds(values: readonly number[]): string {
  const middle = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
  const half = studentQuantile(0.05, values.length - 1) * Math.sqrt(variance / values.length);
  return `${middle.toFixed(1)} (${(middle - half).toFixed(1)} to ${(middle + half).toFixed(1)})`;
}

const started = process.cpuUsage();
for (const seed of SEEDS) await measure(seed);
const { user, system } = process.cpuUsage(started);
const lines = (await readFile(out, "utf8"))
  .trim()
  .split("\n")
  .map((text) => JSON.parse(text) as Line);
console.log("\nper cent right of the images that were not drawn: mean and 95 % t interval over the seeds");
for (const few of FEW) {
  const own = lines.filter((line) => line.few === few);
  if (own.length < 2) continue;
  const gains = own.map(({ domain, imagenet }) => domain - imagenet);
  console.log(
    `${few} a class, ${own.length} seeds: ImageNet ${overSeeds(own.map(({ imagenet }) => imagenet))}, ` +
      `domain ${overSeeds(own.map(({ domain }) => domain))}, gain ${overSeeds(gains)}`,
  );
}
console.log(`${((user + system) / 6e7).toFixed(1)} min of processor time`);

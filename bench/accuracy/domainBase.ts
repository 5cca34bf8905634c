/**
 * Whether a base that thaw itself has tuned on other classes of the domain is a better start than ImageNet's, on few images:
 * of each seed, half of the sign-language digits (drawn) tune EfficientNet-Lite0, and the other half is learned from few images
 * from either base. Partition, tuning, and few images vary with the seed; both bases get the same images.
 *   node dist/bench/accuracy/domainBase.js OUT.jsonl [SEEDS [IMAGES A CLASS…]]
 * SEEDS is how many, or which: `4,5`. Appends a line a seed and number of images to OUT.jsonl, and sums up all that is there.
 */
import { appendFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ingest } from "../../data/dataset/ingest.js";
import { studentQuantile } from "../../learn/evaluation/studentQuantile.js";
import { permutation, randomStream } from "../../rng/stream.js";
import { runFileSchema } from "../../spec/runFile/runFile.js";
import type { OwnBase } from "../contexts.js";
import { type PipelineRun, runPipeline } from "../pipeline.js";
import { mean } from "../support.js";
import { DIGITS, type Sizes, writeDigits } from "./digits.js";

const [out = "", asked = "5", ...sizes] = process.argv.slice(2);
if (out === "") throw new Error("usage: domainBase.js OUT.jsonl [SEEDS [IMAGES A CLASS…]]");
const SEEDS = asked.includes(",")
  ? asked.split(",").map(Number)
  : Array.from({ length: Number(asked) }, (_, index) => index + 1);
const FEW = sizes.length === 0 ? [3, 10, 30] : sizes.map(Number);
const CLASSES = 10;
/** Images a class that tune the base of the domain. */
const DOMAIN: Sizes = [
  ["train", 120],
  ["validation", 30],
  ["test", 4],
];
const TEST_PER_CLASS = 60;
/** The photographs have 100 pixels a side; a quarter of the work of 224. */
const SIZE = 112;

const file = runFileSchema.parse({
  name: "bench",
  data: { path: DIGITS, outside: "allow" },
  augment: { views: 3 },
});
const { path: _path, ...data } = file.data;

/** Ingests the classes whose sizes are not empty, and trains on them. */
async function train(
  folder: string,
  purpose: string,
  seed: number,
  sizesOf: (label: number) => Sizes,
  asked: typeof file,
  bases: readonly OwnBase[],
): Promise<readonly PipelineRun[]> {
  const dataset = join(folder, "dataset");
  const source = join(folder, "images.jsonl");
  await mkdir(folder);
  await writeDigits(source, purpose, seed, sizesOf);
  const digestCache = join(folder, "digests.json");
  await ingest({ source, data, seed, digestCache, out: dataset, onProgress: () => {} });
  const runs: PipelineRun[] = [];
  for (const [index, own] of bases.entries()) {
    runs.push(await runPipeline({ ...asked, seed }, dataset, join(folder, `base-${index}`), own));
  }
  return runs;
}

/** Accuracies of one base in per cent: of the head on its frozen features, and of the model. */
interface Reached {
  readonly head: number;
  readonly model: number;
}

const reached = ({ evaluation }: PipelineRun): Reached => ({
  head: 100 * (evaluation.byStage[0]?.accuracy ?? Number.NaN),
  model: 100 * evaluation.accuracy,
});

/** A line of the file. */
interface Line {
  readonly seed: number;
  /** Training images a class. */
  readonly few: number;
  readonly imagenet: Reached;
  readonly domain: Reached;
}

async function measure(seed: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
  try {
    const half = new Set(
      permutation(CLASSES, randomStream(seed, "classes of the domain")).slice(0, CLASSES / 2),
    );
    const plain: OwnBase = { inputSize: SIZE };
    const [tuned] = await train(
      join(folder, "domain"),
      "domain base",
      seed,
      (label) => (half.has(label) ? DOMAIN : []),
      { ...file, recipe: "staged" },
      [plain],
    );
    const kept = tuned?.tuned.filter((stage) => stage.kept).length ?? 0;
    const weights = tuned?.candidates.at(-1)?.weights;
    if (kept === 0 || weights === undefined)
      throw new Error(`seed ${seed}: no stage was kept, both bases are ImageNet's`);
    for (const few of FEW) {
      const sizesOf = (label: number): Sizes =>
        half.has(label)
          ? []
          : [
              ["train", few],
              ["validation", Math.max(1, Math.round(few / 7))],
              ["test", TEST_PER_CLASS],
            ];
      const [imagenet, domain] = await train(join(folder, `few-${few}`), "few images", seed, sizesOf, file, [
        plain,
        { ...plain, layers: [weights] },
      ]);
      if (imagenet === undefined || domain === undefined) throw new Error("a base was not measured");
      const line: Line = { seed, few, imagenet: reached(imagenet), domain: reached(domain) };
      await appendFile(out, `${JSON.stringify(line)}\n`);
      console.log(
        `seed ${seed}, ${few} images a class (domain: ${[...half].sort().join(", ")}; ${kept} stages kept): ` +
          `ImageNet ${textOf(line.imagenet)}; domain ${textOf(line.domain)}`,
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const textOf = ({ head, model }: Reached): string => `head ${head.toFixed(1)}, model ${model.toFixed(1)}`;

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
console.log(
  `\n${(CLASSES / 2) * TEST_PER_CLASS} test images a seed; per cent, mean and 95 % interval over the seeds`,
);
for (const few of [...new Set(lines.map((line) => line.few))].sort((a, b) => a - b)) {
  const own = lines.filter((line) => line.few === few);
  if (own.length < 2) continue;
  for (const key of ["head", "model"] as const) {
    const of = (base: "imagenet" | "domain") => own.map((line) => line[base][key]);
    const gains = own.map((line) => line.domain[key] - line.imagenet[key]);
    console.log(
      `${few} a class, ${key}, ${own.length} seeds: ImageNet ${overSeeds(of("imagenet"))}, ` +
        `domain ${overSeeds(of("domain"))}, gain ${overSeeds(gains)}`,
    );
  }
}
console.log(`${((user + system) / 6e7).toFixed(1)} min of processor time`);

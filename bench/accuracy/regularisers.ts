/**
 * What mixup, cutmix, focal loss, random erasing and class weights are worth on few images: accuracy of the head and
 * after one gated stage of unfreezing, on parts of the sign-language digits, as differences to the same run without.
 *   node dist/bench/accuracy/regularisers.js [SEEDS]
 */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ingest } from "../../data/dataset/ingest.js";
import { extractFeatures } from "../../learn/stages/extractFeatures.js";
import type { StageContext } from "../../learn/stages/job.js";
import { trainHead } from "../../learn/stages/trainHead.js";
import { tuneStage } from "../../learn/stages/tuneStage.js";
import { crossEntropyAndAccuracy } from "../../learn/training/validation.js";
import { FEATURES_FILE, WEIGHTS_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { Split } from "../../spec/records/dataset.js";
import { type RunFile, runFileSchema } from "../../spec/runFile/runFile.js";
import { contextsIn } from "../contexts.js";
import { boundaryLogits } from "../gate/boundaryLogits.js";
import { median } from "../support.js";
import { DIGITS, writeDigits } from "./digits.js";

const DEEPEST = "blocks.6";
const TEST_PER_CLASS = 40;
/** Training images a class; of an unequal set every second class has a fifth of them. */
const SETS = {
  "100 images": { perClass: 10, unequal: false },
  "300 images": { perClass: 30, unequal: false },
  "180 images, unequal classes": { perClass: 30, unequal: true },
} as const;
type SetName = keyof typeof SETS;

const EVEN: readonly SetName[] = ["100 images", "300 images"];
const OPTIONS: readonly { name: string; settings: object; sets: readonly SetName[] }[] = [
  { name: "none", settings: {}, sets: Object.keys(SETS) as SetName[] },
  { name: "mixup 0.2", settings: { head: { mixup: 0.2 }, unfreeze: { mixup: 0.2 } }, sets: EVEN },
  { name: "cutmix 1 (stage)", settings: { unfreeze: { cutmix: 1 } }, sets: EVEN },
  { name: "focal 2", settings: { loss: { kind: "focal" } }, sets: EVEN },
  { name: "erase 0.5", settings: { augment: { erase: 0.5 } }, sets: EVEN },
  {
    name: "class weights",
    settings: { loss: { class_weights: "balanced" } },
    sets: ["180 images, unequal classes"],
  },
];

const seeds = Number(process.argv[2] ?? 3);

function runFile(settings: object): RunFile {
  const { augment = {}, ...rest } = settings as { augment?: object };
  return runFileSchema.parse({
    name: "bench",
    data: { path: DIGITS, outside: "allow" },
    augment: { views: 3, ...augment },
    ...rest,
  });
}

/** The test images come first, so that all sets of a seed share them. */
function writeSet(path: string, set: SetName, seed: number): Promise<void> {
  const { perClass, unequal } = SETS[set];
  return writeDigits(path, "small sets", seed, (label) => [
    ["test", TEST_PER_CLASS],
    ["validation", Math.round(perClass / 3)],
    ["train", unequal && label % 2 === 1 ? perClass / 5 : perClass],
  ]);
}

/** Accuracies in percent. The test set has equally many images of each class, so they are balanced ones too. */
type Outcome = Readonly<Record<"headValidation" | "headTest" | "stageValidation" | "stageTest", number>>;

async function measure(folder: string, dataset: string, file: RunFile, seed: number): Promise<Outcome> {
  // Erasing changes the views, so it has activations of its own.
  const scratch = join(folder, `scratch-${file.augment.erase}`);
  const contextFor = contextsIn(folder, dataset, { ...file, seed }, scratch);
  const features = await contextFor(`features-${file.augment.erase}`);
  const featuresFile = join(features.folders.out, FEATURES_FILE);
  if (!(await readdir(features.folders.out)).includes(FEATURES_FILE)) {
    await extractFeatures(features, [DEEPEST], false);
  }
  const head = await contextFor("head");
  await trainHead(head, file.head, featuresFile);
  const headFile = join(head.folders.out, WEIGHTS_FILE);
  const tune = await contextFor("tune");
  const { stages: _stages, ...settings } = file.unfreeze;
  await tuneStage(tune, { ...settings, deepest: DEEPEST, stage: 1 }, headFile);
  const [headValidation, headTest] = await accuracies(head, headFile);
  const [stageValidation, stageTest] = await accuracies(tune, join(tune.folders.out, WEIGHTS_FILE));
  return { headValidation, headTest, stageValidation, stageTest };
}

/** Of the validation and the test images, from the cached activations. */
async function accuracies(context: StageContext, weightsFile: string): Promise<readonly [number, number]> {
  const of = async (split: Split): Promise<number> => {
    const [judged] = await boundaryLogits(context, DEEPEST, [weightsFile], split);
    if (judged === undefined) throw new Error("one file of weights gives one set of logits");
    const { labels, logits } = judged;
    return 100 * crossEntropyAndAccuracy(logits, labels, logits.length / labels.length).accuracy;
  };
  return [await of("validation"), await of("test")];
}

const columns = ["headValidation", "headTest", "stageValidation", "stageTest"] as const;
const outcomes = new Map<string, Outcome[]>();
console.log("set, option, seed: accuracy of head (validation, test), after the stage (validation, test)");
for (let seed = 1; seed <= seeds; seed++) {
  for (const set of Object.keys(SETS) as SetName[]) {
    const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
    try {
      const dataset = join(folder, "dataset");
      const source = join(folder, "images.jsonl");
      await writeSet(source, set, seed);
      const { path: _path, ...data } = runFile({}).data;
      const digestCache = join(folder, "digests.json");
      await ingest({ source, data, seed, digestCache, out: dataset, onProgress: () => {} });
      for (const { name, settings, sets } of OPTIONS) {
        if (!sets.includes(set)) continue;
        const outcome = await measure(folder, dataset, runFile(settings), seed);
        outcomes.set(`${set}, ${name}`, [...(outcomes.get(`${set}, ${name}`) ?? []), outcome]);
        const shown = columns.map((column) => outcome[column].toFixed(1)).join(" ");
        console.log(`${set}, ${name}, ${seed}: ${shown}`);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

console.log("\nset, option: medians over the seeds; in brackets the median difference to none");
for (const [key, measured] of outcomes) {
  const without = outcomes.get(`${key.slice(0, key.lastIndexOf(", "))}, none`) ?? [];
  const cells = columns.map((column) => {
    const difference = median(measured.map((outcome, i) => outcome[column] - (without[i]?.[column] ?? 0)));
    const sign = difference > 0 ? "+" : "";
    return `${median(measured.map((outcome) => outcome[column])).toFixed(1)} (${sign}${difference.toFixed(1)})`;
  });
  console.log(`${key}: ${cells.join(", ")}`);
}

/**
 * What staged unfreezing is worth on few images: test accuracy of the head and after each gated stage,
 * on parts of the sign-language digits with 2 to 40 training images a class. Origin of the limits in
 * `learn/evidence/decision.ts`.
 *   node dist/bench/accuracy/smallSets.js [SEEDS [IMAGES A CLASS…]]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ingest } from "../../data/dataset/ingest.js";
import { runFileSchema } from "../../spec/runFile/runFile.js";
import { runPipeline } from "../pipeline.js";
import { DIGITS, writeDigits } from "./digits.js";

const [, , seedCount = "3", ...sizes] = process.argv;
const TRAIN_PER_CLASS = sizes.length === 0 ? [2, 5, 10, 20, 40] : sizes.map(Number);
const TEST_PER_CLASS = 20;
const seeds = Number(seedCount);
// Every stage is to run, however few the images: the limits are what this measures.
const file = runFileSchema.parse({
  name: "bench",
  data: { path: DIGITS, outside: "allow" },
  augment: { views: 4 },
  recipe: "staged",
});
const { path: _path, ...data } = file.data;

async function measure(folder: string, perClass: number, seed: number): Promise<readonly number[]> {
  const dataset = join(folder, "dataset");
  const source = join(folder, "images.jsonl");
  // Validation images in the default proportion.
  const validation = Math.max(1, Math.round(perClass / 7));
  await writeDigits(source, "small sets", seed, () => [
    ["train", perClass],
    ["validation", validation],
    ["test", TEST_PER_CLASS],
  ]);
  const digestCache = join(folder, "digests.json");
  await ingest({ source, data, seed, digestCache, out: dataset, onProgress: () => {} });
  const { evaluation } = await runPipeline({ ...file, seed }, dataset, folder);
  return evaluation.byStage.map(({ accuracy }) => 100 * accuracy);
}

console.log(
  "training images, seed: test accuracy of the head and after each stage (a rolled-back stage repeats it)",
);
for (const perClass of TRAIN_PER_CLASS) {
  for (let seed = 1; seed <= seeds; seed++) {
    const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
    try {
      const accuracies = await measure(folder, perClass, seed);
      console.log(`${10 * perClass}, ${seed}: ${accuracies.map((value) => value.toFixed(1)).join(" → ")}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

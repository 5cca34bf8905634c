/**
 * What staged unfreezing is worth on few images: test accuracy of the head and after each gated stage,
 * on parts of the sign-language digits with 2 to 40 training images a class. Origin of the limits in
 * `learn/decision.ts`.
 *   node dist/bench/smallSets.js [SEEDS [IMAGES A CLASS…]]
 */
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ingest } from "../data/ingest.js";
import { permutation, randomStream } from "../rng/stream.js";
import { runFileSchema } from "../spec/runFile.js";
import { runPipeline } from "./pipeline.js";
import { ROOT } from "./support.js";

const IMAGES = resolve(join(ROOT, "..", "shared", "data", "sign-digits"));
const [, , seedCount = "3", ...sizes] = process.argv;
const TRAIN_PER_CLASS = sizes.length === 0 ? [2, 5, 10, 20, 40] : sizes.map(Number);
const TEST_PER_CLASS = 20;
const seeds = Number(seedCount);
// Every stage is to run, however few the images: the limits are what this measures.
const file = runFileSchema.parse({
  name: "bench",
  data: { path: IMAGES },
  augment: { views: 4 },
  recipe: "staged",
});
const { path: _path, ...data } = file.data;

/** A manifest of `perClass` training images a class, with validation images in the default proportion. */
async function writeManifest(path: string, perClass: number, seed: number): Promise<void> {
  const lines: string[] = [];
  const validation = Math.max(1, Math.round(perClass / 7));
  for (const [label, name] of (await readdir(IMAGES)).sort().entries()) {
    const files = (await readdir(join(IMAGES, name))).sort();
    const order = permutation(files.length, randomStream(seed, "small sets", label));
    const splits = [
      ["train", perClass],
      ["validation", validation],
      ["test", TEST_PER_CLASS],
    ] as const;
    let next = 0;
    for (const [split, count] of splits) {
      for (let i = 0; i < count; i++) {
        const image = files[order[next++] as number] as string;
        lines.push(JSON.stringify({ path: join(IMAGES, name, image), label: name, split, group: image }));
      }
    }
  }
  await writeFile(path, `${lines.join("\n")}\n`);
}

async function measure(folder: string, perClass: number, seed: number): Promise<readonly number[]> {
  const dataset = join(folder, "dataset");
  const source = join(folder, "images.jsonl");
  await writeManifest(source, perClass, seed);
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

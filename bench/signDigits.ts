/** A part of the sign-language digits, ingested, with features and a trained head: where benches of tuning start. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ingest } from "../data/ingest.js";
import { extractFeatures } from "../learn/stages/extractFeatures.js";
import type { StageContext } from "../learn/stages/job.js";
import { trainHead } from "../learn/stages/trainHead.js";
import { permutation, randomStream } from "../rng/stream.js";
import { locate } from "../runtime/components/components.js";
import { FEATURES_FILE, WEIGHTS_FILE } from "../spec/artifactFiles.js";
import { runFileSchema } from "../spec/runFile.js";
import { ROOT } from "./support.js";

const IMAGES = resolve(join(ROOT, "..", "shared", "data", "sign-digits"));

/** Images a class in each split. */
export interface Part {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** The run file of the benches: its defaults, with few views. */
export const file = runFileSchema.parse({ name: "bench", data: { path: IMAGES }, augment: { views: 2 } });

/** A manifest of other images for each seed. */
async function writeManifest(path: string, part: Part, seed: number): Promise<void> {
  const lines: string[] = [];
  for (const [label, name] of (await readdir(IMAGES)).sort().entries()) {
    const files = (await readdir(join(IMAGES, name))).sort();
    const order = permutation(files.length, randomStream(seed, "part of the digits", label));
    let next = 0;
    for (const split of ["train", "validation", "test"] as const) {
      for (let i = 0; i < part[split]; i++) {
        const image = files[order[next++] as number] as string;
        lines.push(JSON.stringify({ path: join(IMAGES, name, image), label: name, split, group: image }));
      }
    }
  }
  await writeFile(path, `${lines.join("\n")}\n`);
}

export interface Prepared {
  /** What a stage of that name is given; its folder is made. */
  context(stage: string): Promise<StageContext>;
  /** The head's weights. */
  readonly head: string;
}

/** @param folder an empty one @param boundaries layer groups that stages will unfreeze */
export async function prepareDigits(
  folder: string,
  part: Part,
  seed: number,
  boundaries: readonly string[],
): Promise<Prepared> {
  const { path: _path, ...data } = file.data;
  const dataset = join(folder, "dataset");
  const source = join(folder, "images.jsonl");
  const checkpoint = (await locate("base-weights:efficientnet-lite0"))?.path ?? "";
  const context = async (stage: string): Promise<StageContext> => {
    const out = join(folder, stage);
    await mkdir(out);
    return {
      folders: { dataset, out, scratch: join(folder, "scratch") },
      base: { name: file.base, checkpoint },
      augment: file.augment,
      seed,
      onProgress: () => {},
    };
  };
  await writeManifest(source, part, seed);
  const digestCache = join(folder, "digests.json");
  await ingest({ source, data, seed, digestCache, out: dataset, onProgress: () => {} });
  await extractFeatures(await context("features"), boundaries, false);
  await trainHead(await context("head"), file.head, join(folder, "features", FEATURES_FILE));
  return { context, head: join(folder, "head", WEIGHTS_FILE) };
}

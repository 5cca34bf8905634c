/** A part of the sign-language digits, ingested, with features and a trained head: where benches of tuning start. */
import { join } from "node:path";
import { ingest } from "../../data/dataset/ingest.js";
import { extractFeatures } from "../../learn/stages/extractFeatures.js";
import { trainHead } from "../../learn/stages/trainHead.js";
import { FEATURES_FILE, WEIGHTS_FILE } from "../../spec/pipeline/artifactFiles.js";
import { runFileSchema } from "../../spec/runFile/runFile.js";
import { type ContextOf, contextsIn } from "../contexts.js";
import { DIGITS, writeDigits } from "./digits.js";

/** Images a class in each split. */
export interface Part {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** The run file of the benches: its defaults, with few views. */
export const file = runFileSchema.parse({
  name: "bench",
  data: { path: DIGITS, outside: "allow" },
  augment: { views: 2 },
});

export interface Prepared {
  /** What a stage of that name is given; its folder is made. */
  readonly context: ContextOf;
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
  const context = contextsIn(folder, dataset, { ...file, seed });
  await writeDigits(source, "part of the digits", seed, () => [
    ["train", part.train],
    ["validation", part.validation],
    ["test", part.test],
  ]);
  const digestCache = join(folder, "digests.json");
  await ingest({ source, data, seed, digestCache, out: dataset, onProgress: () => {} });
  await extractFeatures(await context("features"), boundaries, false);
  await trainHead(await context("head"), file.head, join(folder, "features", FEATURES_FILE));
  return { context, head: join(folder, "head", WEIGHTS_FILE) };
}

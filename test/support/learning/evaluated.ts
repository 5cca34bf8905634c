/** A set of images through ingest, features, head and evaluation on the small base, without servers. */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ingest } from "../../../data/dataset/ingest.js";
import { evaluate } from "../../../learn/stages/evaluate.js";
import { extractFeatures } from "../../../learn/stages/extractFeatures.js";
import type { StageContext } from "../../../learn/stages/job.js";
import { trainHead } from "../../../learn/stages/trainHead.js";
import { FEATURES_FILE, WEIGHTS_FILE } from "../../../spec/pipeline/artifactFiles.js";
import { settledAugment } from "../../../spec/pipeline/views.js";
import type { DatasetSummary, Split } from "../../../spec/records/dataset.js";
import type { Evaluation } from "../../../spec/records/evaluation.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { smallBase } from "../../unit/learn/support.js";

export interface Row {
  readonly name: string;
  readonly label: string;
  /** Left out: thaw draws it. */
  readonly split?: Split;
  readonly bytes: Buffer;
}

export interface Evaluated {
  readonly summary: DatasetSummary;
  readonly evaluation: Evaluation;
  /** The same evaluation once more. */
  readonly again: () => Promise<Evaluation>;
}

/** @param folder an empty one, which stays the caller's */
export async function evaluated(folder: string, rows: readonly Row[], data: object = {}): Promise<Evaluated> {
  const images = join(folder, "images");
  await mkdir(images, { recursive: true });
  for (const { name, bytes } of rows) await writeFile(join(images, name), bytes);
  const manifest = join(images, "images.jsonl");
  const lines = rows.map(({ name, label, split }) => JSON.stringify({ path: name, label, split }));
  await writeFile(manifest, `${lines.join("\n")}\n`);
  const file = runFileSchema.parse({
    name: "test",
    data: { path: manifest, ...data },
    augment: { views: 1 },
    head: { epochs: 30 },
  });
  const { path: _path, ...settings } = file.data;
  const dataset = join(folder, "dataset");
  const summary = await ingest({
    source: manifest,
    data: settings,
    seed: 1,
    digestCache: join(folder, "digests.json"),
    out: dataset,
    onProgress: () => {},
  });
  const base = await smallBase();
  const context = async (stage: string): Promise<StageContext> => {
    const out = join(folder, stage);
    await mkdir(out);
    return {
      folders: { dataset, out, scratch: join(folder, "activations") },
      base,
      augment: settledAugment(file.augment),
      seed: 1,
      onProgress: () => {},
    };
  };
  await extractFeatures(await context("features"), [], false);
  const features = join(folder, "features", FEATURES_FILE);
  await trainHead(await context("head"), file.head, features);
  const weights = join(folder, "head", WEIGHTS_FILE);
  const evaluated = async (stage: string): Promise<Evaluation> =>
    evaluate(await context(stage), [{ stage: "head", weights }], undefined, [], features);
  return { summary, evaluation: await evaluated("evaluate"), again: () => evaluated("evaluate-again") };
}

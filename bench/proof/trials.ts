/** Challengers that are worse, equal or better on purpose: heads trained on real features, and what the proof says of them. */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IMAGES_FILE, openDataset, SUMMARY_FILE } from "../../data/dataset/dataset.js";
import { ingest } from "../../data/dataset/ingest.js";
import { chosenBase } from "../../learn/bases/chosen.js";
import { HEAD_BIAS, HEAD_KERNEL } from "../../learn/network/head.js";
import { parameter } from "../../learn/network/parameters.js";
import { judge } from "../../learn/proof/judge.js";
import { readSafetensors } from "../../learn/safetensors.js";
import { createSamples, openSamples } from "../../learn/samples/files.js";
import { featureFormat } from "../../learn/stages/activations.js";
import { extractFeatures } from "../../learn/stages/extractFeatures.js";
import type { StageContext } from "../../learn/stages/job.js";
import { trainHead } from "../../learn/stages/trainHead.js";
import { permutation, randomStream } from "../../rng/stream.js";
import type { BaseChoice } from "../../spec/base.js";
import { FEATURES_FILE, WEIGHTS_FILE } from "../../spec/pipeline/artifactFiles.js";
import { settledAugment } from "../../spec/pipeline/views.js";
import type { Judgement, ProofPolicy } from "../../spec/records/proof.js";
import { policyOf } from "../../spec/records/proof.js";
import { modelSchema } from "../../spec/runFile/model.js";
import { runFileSchema } from "../../spec/runFile/runFile.js";

export interface Known {
  readonly base: BaseChoice;
  readonly classes: readonly string[];
  readonly labels: readonly number[];
  readonly groups: readonly string[];
  /** `[images, length]`. */
  readonly features: Float32Array;
  readonly length: number;
}

/** Images of each class. */
export interface Sizes {
  /** For the champion; a better challenger has twice as many. */
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

export const KINDS = ["worse", "equal", "better"] as const;
export type Kind = (typeof KINDS)[number];

const FILE = runFileSchema.parse({ name: "bench", data: { path: "." }, augment: { views: 1 } });

/** What the run file says where it says nothing. */
export function policyOfRule(rule: ProofPolicy["rule"], more: Partial<ProofPolicy> = {}): ProofPolicy {
  return { ...policyOf(modelSchema.parse({ rule })), ...more };
}

function contextOf(folders: StageContext["folders"], base: BaseChoice, seed: number): StageContext {
  const { augment, loss } = FILE;
  return { folders, base, augment: settledAugment(augment), loss, seed, onProgress: () => {} };
}

/** The base's features of all images of a folder. */
export async function featuresOf(source: string, base: BaseChoice): Promise<Known> {
  const folder = await mkdtemp(join(tmpdir(), "thaw-trials-"));
  try {
    const [dataset, out, scratch] = ["dataset", "features", "scratch"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await Promise.all([mkdir(out), mkdir(scratch)]);
    const { path: _path, ...data } = FILE.data;
    const digestCache = join(folder, "digests.json");
    await ingest({ source, data, seed: 1, digestCache, out: dataset, onProgress: () => {} });
    await extractFeatures(contextOf({ dataset, out, scratch }, base, 1), [], false);
    const { records, summary, close } = await openDataset(dataset);
    await close();
    const format = featureFormat(chosenBase(base));
    const samples = openSamples(join(out, FEATURES_FILE), format);
    const features = samples.gather(records.map((_, i) => i)) as Float32Array;
    samples.close();
    const length = format.shape[0] as number;
    const { classes } = summary;
    return {
      ...{ base, classes, length, features },
      labels: records.map(({ label }) => label),
      groups: records.map(({ group }) => group),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Image {
  readonly row: number;
  readonly label: number;
  readonly split: "train" | "validation" | "test";
}

/** Draws the images of a trial. @returns of the champion, and what a challenger has besides */
function draw({ labels, classes }: Known, sizes: Sizes, seed: number) {
  const { test, validation, train } = sizes;
  const parts = classes.map((_, label) => {
    const rows = labels.flatMap((of, row) => (of === label ? [row] : []));
    const order = [...permutation(rows.length, randomStream(seed, "trial", label))];
    const drawn = order.map((i) => rows[i] as number);
    const needed = test + validation + 2 * train;
    if (drawn.length < needed) throw new Error(`${classes[label]} has ${drawn.length} images, not ${needed}`);
    const part = (split: Image["split"], from: number, count: number): Image[] =>
      drawn.slice(from, from + count).map((row) => ({ row, label, split }));
    const held = [...part("test", 0, test), ...part("validation", test, validation)];
    const first = part("train", test + validation, train);
    return { known: [...held, ...first], more: part("train", test + validation + train, train) };
  });
  return { known: parts.flatMap(({ known }) => known), more: parts.flatMap(({ more }) => more) };
}

/** @returns for each test image in its order, whether the head is right */
async function answersOf(known: Known, images: readonly Image[], seed: number): Promise<readonly boolean[]> {
  const folder = await mkdtemp(join(tmpdir(), "thaw-trial-"));
  try {
    const [dataset, out, scratch] = ["dataset", "out", "scratch"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await Promise.all([dataset, out, scratch].map((path) => mkdir(path)));
    const lines = images.map(({ row, label, split }) => {
      const image = { path: String(row), label, split, pack: "none", offset: 0, length: 0 };
      return `${JSON.stringify(image)}\n`;
    });
    await writeFile(join(dataset, IMAGES_FILE), lines.join(""));
    await writeFile(join(dataset, SUMMARY_FILE), JSON.stringify({ classes: known.classes, packs: [] }));
    const path = join(folder, FEATURES_FILE);
    const { length, features } = known;
    const writer = await createSamples(path, featureFormat(chosenBase(known.base)));
    const vectors = new Float32Array(images.length * length);
    images.forEach(({ row }, i) => {
      vectors.set(features.subarray(row * length, (row + 1) * length), i * length);
    });
    await writer.write(0, vectors);
    await writer.close();
    await trainHead(contextOf({ dataset, out, scratch }, known.base, seed), FILE.head, path);
    const head = await readSafetensors(join(out, WEIGHTS_FILE));
    const [kernel, bias] = [parameter(head, HEAD_KERNEL).data, parameter(head, HEAD_BIAS).data];
    return images
      .filter(({ split }) => split === "test")
      .map(({ row, label }) => {
        const logits = [...bias];
        for (let f = 0; f < length; f++)
          for (let c = 0; c < logits.length; c++)
            logits[c] =
              (logits[c] as number) +
              (features[row * length + f] as number) * (kernel[f * logits.length + c] as number);
        return logits.indexOf(Math.max(...logits)) === label;
      });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export type Trial = Readonly<Record<Kind, (policy: ProofPolicy) => Judgement>>;

/**
 * A champion and its three challengers. `worse`: the images of one class have the next one's label in training and
 * validation. `equal`: the same images, another seed. `better`: twice the images.
 */
export async function trial(known: Known, sizes: Sizes, seed: number): Promise<Trial> {
  const { known: images, more } = draw(known, sizes, seed);
  const count = known.classes.length;
  const flipped = seed % count;
  const turned = images.map((image) =>
    image.split !== "test" && image.label === flipped ? { ...image, label: (flipped + 1) % count } : image,
  );
  const champion = await answersOf(known, images, seed);
  const challengers: Readonly<Record<Kind, readonly boolean[]>> = {
    worse: await answersOf(known, turned, seed),
    equal: await answersOf(known, images, seed + 1000),
    better: await answersOf(known, [...images, ...more], seed),
  };
  const tested = images.filter(({ split }) => split === "test");
  const judged = (kind: Kind) => (policy: ProofPolicy) =>
    judge(
      tested.map(({ row, label }, i) => ({
        label: known.classes[label] as string,
        group: known.groups[row] as string,
        champion: champion[i] as boolean,
        challenger: challengers[kind][i] as boolean,
      })),
      policy,
      { looksBefore: 0, learned: 0 },
    );
  return { worse: judged("worse"), equal: judged("equal"), better: judged("better") };
}

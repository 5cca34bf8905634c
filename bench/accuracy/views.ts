/**
 * What views of a training image are worth: test accuracy of the head, and after a stage, against their number and that of
 * the training images. Features of eight views of a pool are computed once a set; every run takes some of its images, and
 * the first so many of their views. Source of `spec/pipeline/views.ts`. What OUT has already is not measured again.
 *   node dist/bench/accuracy/views.js OUT head|stage SEEDS [SET[:IMAGES,…]…]
 *   node dist/bench/accuracy/views.js OUT table
 */
import { appendFile, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { countImages } from "../../data/dataset/checks.js";
import { IMAGES_FILE, SUMMARY_FILE } from "../../data/dataset/dataset.js";
import { ingest } from "../../data/dataset/ingest.js";
import { viewsOf } from "../../data/views/count.js";
import { groupIndex } from "../../learn/bases/architecture.js";
import { findBase } from "../../learn/bases/catalogue.js";
import { studentQuantile } from "../../learn/evaluation/studentQuantile.js";
import { createSamples, openSamples, type RecordFormat } from "../../learn/samples/files.js";
import { viewRows } from "../../learn/samples/views.js";
import { boundaryFile, boundaryFormat, featureFormat, readRecords } from "../../learn/stages/activations.js";
import { extractFeatures } from "../../learn/stages/extractFeatures.js";
import { trainHead } from "../../learn/stages/trainHead.js";
import { tuneStage } from "../../learn/stages/tuneStage.js";
import { crossEntropyAndAccuracy } from "../../learn/training/validation.js";
import { permutation, randomStream } from "../../rng/stream.js";
import { FEATURES_FILE, WEIGHTS_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { ImageRecord } from "../../spec/records/dataset.js";
import { type RunFile, runFileSchema } from "../../spec/runFile/runFile.js";
import { contextsIn } from "../contexts.js";
import { stageLogits } from "../gate/stageLogits.js";
import { type BenchSet, sourceOf } from "../rivals/sets.js";
import { mean, ROOT } from "../support.js";

const DATA = join(ROOT, "..", "shared", "data");
const DEEPEST = "blocks.6";
const VIEWS = [1, 2, 4, 6, 8];
const MOST = Math.max(...VIEWS);
/** The default before it was measured: what others are compared with. */
const USUAL = 6;

interface Pool extends BenchSet {
  readonly kind: RunFile["augment"]["kind"];
  /** Training images of the runs. */
  readonly sizes: readonly number[];
}

const pool = (
  [name, within, kind]: [string, string, Pool["kind"]],
  [train, validation, test]: [number, number, number],
  sizes: readonly number[],
): Pool => ({
  ...{ name, images: join(DATA, within), kind, flip: kind === "photographs", sizes },
  split: { kind: "take", perClass: { train, validation, test } },
});
const POOLS: readonly Pool[] = [
  pool(["sign-digits", "sign-digits", "symbols"], [120, 18, 60], [100, 300, 1000]),
  pool(["flowers12", "flowers12/train", "photographs"], [40, 6, 14], [96, 300, 480]),
  pool(["brain-mri", "brain-mri", "medical"], [60, 8, 30], [40, 100]),
];

interface Run {
  readonly set: string;
  readonly images: number;
  readonly seed: number;
  readonly views: number;
  readonly what: "head" | "stage";
  /** Of the test images. */
  readonly accuracy: number;
  readonly loss: number;
  /** Of a processor. */
  readonly seconds: number;
}

const [OUT = "", what = "table", seeds = "5", ...wanted] = process.argv.slice(2);
const RESULTS = join(OUT, "views.jsonl");

const fileOf = ({ images, kind }: Pool, views: number, seed: number): RunFile =>
  runFileSchema.parse({
    name: "bench",
    data: { path: images, outside: "allow" },
    augment: { kind, views },
    unfreeze: { stages: [DEEPEST] },
    seed,
  });

/** Dataset, features and activations of all views of the pool. @returns its folder */
async function prepare(set: Pool): Promise<string> {
  const folder = join(OUT, set.name);
  const file = fileOf(set, MOST, 1);
  const ready = await readFile(join(folder, "features", FEATURES_FILE)).then(
    () => true,
    () => false,
  );
  if (ready) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const dataset = join(folder, "dataset");
  await ingest({
    source: await sourceOf(set, 1, join(folder, "images.jsonl")),
    data: file.data,
    seed: 1,
    digestCache: join(folder, "digests.json"),
    out: dataset,
    onProgress: () => {},
  });
  const context = await contextsIn(folder, dataset, file)("features-part");
  await extractFeatures(context, [DEEPEST], false);
  await rename(join(folder, "features-part"), join(folder, "features"));
  return folder;
}

/** So many training images of the pool, equally of each class, a seventh as many to validate on, and all held-out ones. */
function someOf(records: readonly ImageRecord[], classes: number, images: number, seed: number): number[] {
  const perClass = { train: images / classes, validation: Math.max(2, images / classes / 7), test: Infinity };
  return Array.from({ length: classes }).flatMap((_, label) =>
    (["train", "validation", "test"] as const).flatMap((split) => {
      const own = records.flatMap((one, i) => (one.label === label && one.split === split ? [i] : []));
      const order = permutation(own.length, randomStream(seed, `views ${split}`, label));
      return Array.from(order)
        .slice(0, Math.round(Math.min(own.length, perClass[split])))
        .map((place) => own[place] as number)
        .sort((a, b) => a - b);
    }),
  );
}

/** The part of a pool as a dataset of its own, with its features and activations. */
async function writePart(set: Pool, from: string, chosen: readonly number[], views: number, into: string) {
  const { records, summary } = await readRecords(join(from, "dataset"));
  const own = chosen.map((image) => records[image] as ImageRecord);
  const dataset = join(into, "dataset");
  await mkdir(dataset, { recursive: true });
  await mkdir(join(into, "features"), { recursive: true });
  await mkdir(join(into, "scratch"), { recursive: true });
  const counts = countImages(own, summary.classes.length);
  await writeFile(join(dataset, SUMMARY_FILE), JSON.stringify({ ...summary, counts }));
  await writeFile(join(dataset, IMAGES_FILE), own.map((record) => `${JSON.stringify(record)}\n`).join(""));
  for (const pack of summary.packs) await symlink(join(from, "dataset", pack), join(dataset, pack));
  const { firstRow } = viewRows(records, MOST);
  const rows = chosen.flatMap((image) =>
    Array.from(
      { length: viewsOf(records[image] as ImageRecord, views) },
      (_, view) => (firstRow[image] as number) + view,
    ),
  );
  const copy = async (source: string, target: string, format: RecordFormat): Promise<void> => {
    const samples = openSamples(source, format);
    const writer = await createSamples(target, format);
    for (let start = 0; start < rows.length; start += 64)
      await writer.write(start, samples.gather(rows.slice(start, start + 64)));
    await writer.close();
    samples.close();
  };
  const base = findBase(fileOf(set, views, 1).base);
  const features = join(into, "features", FEATURES_FILE);
  await copy(join(from, "features", FEATURES_FILE), features, featureFormat(base));
  if (what !== "stage") return { dataset, features };
  const format = boundaryFormat(base, groupIndex(base.architecture, DEEPEST), {});
  await copy(
    boundaryFile(join(from, "scratch"), DEEPEST),
    boundaryFile(join(into, "scratch"), DEEPEST),
    format,
  );
  return { dataset, features };
}

async function measure(set: Pool, images: number, seed: number, views: number): Promise<Run> {
  const from = await prepare(set);
  const { records, summary } = await readRecords(join(from, "dataset"));
  const folder = join(OUT, `part-${process.pid}`);
  await rm(folder, { recursive: true, force: true });
  try {
    const chosen = someOf(records, summary.classes.length, images, seed);
    const { dataset, features } = await writePart(set, from, chosen, views, folder);
    const file = fileOf(set, views, seed);
    const context = contextsIn(folder, dataset, file);
    const began = process.cpuUsage();
    await trainHead(await context("head"), file.head, features);
    const head = join(folder, "head", WEIGHTS_FILE);
    let candidate: { stage: string; weights: string; deepest?: string } = { stage: "head", weights: head };
    if (what === "stage") {
      const { stages: _stages, surgical: _surgical, ...settings } = file.unfreeze;
      // What views are worth to a stage is asked, not what the gate makes of few validation images.
      const keep = () => ({ kept: true, verdict: "" });
      await tuneStage(await context("tune-1"), { ...settings, deepest: DEEPEST, stage: 1 }, head, keep);
      candidate = { stage: "tune-1", weights: join(folder, "tune-1", WEIGHTS_FILE), deepest: DEEPEST };
    }
    const { user, system } = process.cpuUsage(began);
    const { labels, logits } = await stageLogits(file, dataset, folder, candidate, "test");
    const { accuracy, loss } = crossEntropyAndAccuracy(logits, labels, logits.length / labels.length);
    return {
      ...{ set: set.name, images, seed, views, what: what as Run["what"] },
      ...{ accuracy, loss, seconds: (user + system) / 1e6 },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runsSoFar(): Promise<readonly Run[]> {
  const text = await readFile(RESULTS, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Run);
}

/** Mean and, of two runs or more, half the width of its 95 % interval, in points. */
function interval(values: readonly number[]): string {
  const middle = mean(values);
  const said = `${middle >= 0 ? "+" : ""}${(100 * middle).toFixed(1)}`;
  if (values.length < 2) return said;
  const deviation = Math.sqrt(
    values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1),
  );
  const half = (studentQuantile(0.05, values.length - 1) * deviation) / Math.sqrt(values.length);
  return `${said} ± ${(100 * half).toFixed(1)}`;
}

async function table(): Promise<void> {
  const runs = await runsSoFar();
  console.log(`| set, training images | runs |${VIEWS.map((views) => ` ${views} |`).join("")}`);
  console.log(`|---|---|${VIEWS.map(() => "---|").join("")}`);
  for (const key of new Set(runs.map(({ set, images, what: of }) => `${of}, ${set}, ${images}`))) {
    const own = runs.filter(({ set, images, what: of }) => `${of}, ${set}, ${images}` === key);
    const usual = new Map(own.flatMap((run) => (run.views === USUAL ? [[run.seed, run] as const] : [])));
    if (usual.size === 0) continue;
    const cells = VIEWS.map((views) => {
      const those = own.filter((run) => run.views === views && usual.has(run.seed));
      const accuracy = (100 * mean(those.map((run) => run.accuracy))).toFixed(1);
      if (views === USUAL) return ` ${accuracy} % |`;
      const gaps = those.map((run) => run.accuracy - (usual.get(run.seed) as Run).accuracy);
      return ` ${accuracy} % (${interval(gaps)}) |`;
    });
    console.log(`| ${key} | ${usual.size} |${cells.join("")}`);
  }
}

if (what === "table") await table();
else {
  const done = new Set(
    (await runsSoFar()).map((run) =>
      [run.what, run.set, run.images, run.seed, run.views].map(String).join(" "),
    ),
  );
  const asked = new Map(
    wanted.map((one) => {
      const [name = "", sizes] = one.split(":");
      return [name, sizes?.split(",").map(Number)] as const;
    }),
  );
  for (let seed = 1; seed <= Number(seeds); seed++) {
    for (const set of POOLS.filter(({ name }) => asked.size === 0 || asked.has(name))) {
      for (const images of asked.get(set.name) ?? set.sizes) {
        for (const views of VIEWS) {
          if (done.has([what, set.name, images, seed, views].map(String).join(" "))) continue;
          const run = await measure(set, images, seed, views);
          await appendFile(RESULTS, `${JSON.stringify(run)}\n`);
          console.log(
            `${set.name}, ${images} images, seed ${seed}, ${views} views: ${what} ${(100 * run.accuracy).toFixed(1)} %`,
          );
        }
      }
    }
  }
}

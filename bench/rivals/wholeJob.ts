/**
 * The whole job on one clock: from a folder of labelled images to a trained, evaluated and stored classifier, by `thaw`, by Keras' recipe
 * and by fastai's `fine_tune`, each in processes of its own that begin with nothing, on the same split of the same images, from
 * the same weights.
 *   node dist/bench/rivals/wholeJob.js KERAS_PYTHON FASTAI_PYTHON [steps=N] [seed=N] [flip] [set=KEY=VALUE…] NAME=FOLDER:TRAIN,VALIDATION,TEST
 * So many images of each class are drawn for the seed. With `steps` the rivals train that many steps of each part and their times are
 * computed from those of a step; then they have no accuracy. `flip` where a mirrored image keeps its label. With `set` thaw does
 * the job once more, with these values in the run file.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { z } from "zod";
import { openDataset } from "../../data/dataset/dataset.js";
import { ingest } from "../../data/dataset/ingest.js";
import { renderView } from "../../data/views/views.js";
import { cpuSeconds } from "../../engine/cpuTime.js";
import { findBase } from "../../learn/bases/catalogue.js";
import { wilsonInterval } from "../../learn/evaluation/metrics.js";
import { boundaryPass } from "../../learn/network/boundaries.js";
import { pixelTensor } from "../../learn/training/step/pixels.js";
import { baseCheckpoint } from "../../runtime/components/download/baseCheckpoint.js";
import { SERVICE_NAMES } from "../../runtime/services/names.js";
import { runFileSchema } from "../../spec/runFile/runFile.js";
import { enginePid, servicePid } from "../../test/support/services/faults.js";
import { output, thaw } from "../support.js";
import { type BenchSet, sourceOf } from "./sets.js";

const SAMPLE_MS = 250;
const SOURCES = fileURLToPath(new URL("../../../bench/rivals", import.meta.url));

const [keras = "", fastai = "", ...rest] = process.argv.slice(2);
const given = rest.find((text) => !text.startsWith("set=") && /^[^=]+=.+:\d+,\d+,\d+$/.test(text));
const [name = "", place = ""] = given?.split(/=(.*)/s) ?? [];
const [images = "", counts = ""] = place.split(/:([\d,]+)$/);
if (given === undefined || fastai === "")
  throw new Error(
    "usage: wholeJob.js KERAS_PYTHON FASTAI_PYTHON [steps=N] [seed=N] [flip] [set=KEY=VALUE…] NAME=FOLDER:TRAIN,VALIDATION,TEST",
  );
const numberOf = (key: string): number | undefined => {
  const text = rest.find((one) => one.startsWith(`${key}=`));
  return text === undefined ? undefined : Number(text.slice(key.length + 1));
};
const steps = numberOf("steps");
const seed = numberOf("seed") ?? 1;
const flip = rest.includes("flip");
const sets = rest.flatMap((text) => (text.startsWith("set=") ? [text.slice("set=".length)] : []));
const [train = 0, validation = 0, test = 0] = counts.split(",").map(Number);
const set: BenchSet = {
  name,
  images: resolve(images),
  flip,
  split: { kind: "take", perClass: { train, validation, test } },
};

/** Of a whole job, from the start of its first process to the end of its last. */
interface Job {
  readonly who: string;
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly accuracy?: number | undefined;
  readonly note: string;
}

const rowsSchema = z.object({ path: z.string(), label: z.string(), split: z.string() });

/** What the rivals read: the rows of the manifest, the weights, and one plain view with its features to check their network by. */
async function writeSplit(manifest: string, folder: string): Promise<number> {
  const lines = (await readFile(manifest, "utf8")).trim().split("\n");
  const rows = lines.map((line) => rowsSchema.parse(JSON.parse(line)));
  const classes = [...new Set(rows.map(({ label }) => label))].sort();
  const base = findBase("efficientnet-lite0");
  const checkpoint = await baseCheckpoint(base.name);
  const { data } = runFileSchema.parse({ name: "bench", data: { path: manifest, outside: "allow" } });
  // One image is enough: thaw's own job ingests all of them on its clock.
  const own = join(folder, "checked");
  const sample = join(folder, "checked.jsonl");
  await writeFile(sample, oneOfEach(lines));
  const digestCache = join(folder, "digests.json");
  await ingest({ source: sample, data, seed, digestCache, out: own, onProgress: () => {} });
  const dataset = await openDataset(own);
  const { size, pixelScale } = base.input;
  const pixels = await renderView(await dataset.read(0), base.input);
  await dataset.close();
  const checked = "checked.png";
  await sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .png()
    .toFile(join(folder, checked));
  const pass = boundaryPass(base.architecture, await base.load(checkpoint), []);
  const { features } = pass.run(pixelTensor(pixels, [1, size, size, 3], pixelScale));
  const described = {
    ...{ set: name, seed, classes, flip, checkpoint, pixelScale, checked },
    features: Array.from(features.dataSync()),
    images: rows.map(({ path, label, split }) => ({ file: path, label: classes.indexOf(label), split })),
  };
  await writeFile(join(folder, "split.json"), JSON.stringify(described));
  return rows.filter((row) => row.split === "test").length;
}

/** The first row of each label and split: no set may lack one. */
function oneOfEach(lines: readonly string[]): string {
  const first = new Map<string, string>();
  for (const line of lines) {
    const { label, split } = rowsSchema.parse(JSON.parse(line));
    if (!first.has(`${label} ${split}`)) first.set(`${label} ${split}`, line);
  }
  return `${[...first.values()].join("\n")}\n`;
}

/** Keras need not load PyTorch to read its weights. @returns the split with weights as NumPy has them */
async function withoutTorch(folder: string): Promise<string> {
  const own = join(folder, "keras");
  await mkdir(own);
  const split = JSON.parse(await readFile(join(folder, "split.json"), "utf8")) as { checkpoint: string };
  const weights = join(own, "weights.npz");
  const code =
    "import sys, numpy, torch; numpy.savez(sys.argv[2], **{k: v.numpy() for k, v in torch.load(sys.argv[1], map_location='cpu').items()})";
  await output(spawn(fastai, ["-c", code, split.checkpoint, weights], { stdio: QUIET }), "the weights");
  const checked = join(folder, "checked.png");
  await writeFile(join(own, "split.json"), JSON.stringify({ ...split, checkpoint: weights, checked }));
  return own;
}

const QUIET: ["ignore", "pipe", "inherit"] = ["ignore", "pipe", "inherit"];

const rivalSchema = z.object({
  accuracy: z.number().optional(),
  seconds: z.number(),
  processorSeconds: z.number(),
  spentSeconds: z.number(),
  spentProcessorSeconds: z.number(),
});

async function rival(who: string, python: string, program: string, folder: string): Promise<Job> {
  const results = join(folder, `${who}.jsonl`);
  const args = [join(SOURCES, program), results, folder, ...(steps === undefined ? [] : [`STEPS=${steps}`])];
  const started = performance.now();
  const child = spawn(python, args, { stdio: QUIET });
  const meter = meterChild(child);
  await output(child, who);
  const wall = since(started);
  const trained = rivalSchema.parse(JSON.parse(await readFile(results, "utf8")));
  const { seconds, spentSeconds, processorSeconds, spentProcessorSeconds } = trained;
  return {
    who,
    seconds: wall - spentSeconds + seconds,
    processorSeconds: meter() - spentProcessorSeconds + processorSeconds,
    accuracy: trained.accuracy,
    note: `training ${seconds.toFixed(0)} s${steps === undefined ? "" : `, from the times of ${steps} steps of each part`}`,
  };
}

/** @returns stops, and tells the processor time of the process up to its last sample */
function meterChild({ pid }: ChildProcess): () => number {
  let used = 0;
  const timer = setInterval(() => {
    used = (pid === undefined ? undefined : cpuSeconds(pid)) ?? used;
  }, SAMPLE_MS);
  return () => {
    clearInterval(timer);
    return used;
  };
}

const runSchema = z.object({
  result: z.object({
    testAccuracy: z.number(),
    byStage: z.array(z.object({ stage: z.string(), accuracy: z.number() })),
  }),
});

/** With the services' start; they have served nobody before. */
async function ours(manifest: string, folder: string, settings: readonly string[] = []): Promise<Job> {
  await mkdir(folder);
  // JSON is YAML.
  const file = { name: "bench", data: { path: manifest, outside: "allow" }, seed, augment: { flip } };
  await writeFile(join(folder, "thaw.yaml"), JSON.stringify(file));
  const engines = new Map<number, number>();
  const timer = setInterval(async () => {
    const pid = await enginePid({ folder }).catch(() => undefined);
    if (pid !== undefined) engines.set(pid, cpuSeconds(pid) ?? engines.get(pid) ?? 0);
  }, SAMPLE_MS);
  try {
    const started = performance.now();
    await thaw(folder, ["up"]);
    const up = since(started);
    const { result } = runSchema.parse(
      JSON.parse(await thaw(folder, ["run", "--json", ...settings.map((one) => `--set=${one}`)])),
    );
    const seconds = since(started);
    let processorSeconds = [...engines.values()].reduce((sum, one) => sum + one, 0);
    for (const service of SERVICE_NAMES) {
      const pid = await servicePid({ folder }, service);
      processorSeconds += (pid === undefined ? undefined : cpuSeconds(pid)) ?? 0;
    }
    const stages = result.byStage.map((one) => `${one.stage} ${percent(one.accuracy)}`).join(" → ");
    const note = `${up.toFixed(0)} s of it to start the services; ${[stages, ...settings].join("; ")}`;
    return { who: "thaw", seconds, processorSeconds, accuracy: result.testAccuracy, note };
  } finally {
    clearInterval(timer);
    await thaw(folder, ["down"]);
  }
}

const since = (began: number): number => (performance.now() - began) / 1000;
const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;

function tell({ who, seconds, processorSeconds, accuracy, note }: Job, own: Job, held: number): void {
  const interval = accuracy === undefined ? [] : wilsonInterval(accuracy * held, held).map(percent);
  const right = accuracy === undefined ? "–" : `${percent(accuracy)} (95 %: ${interval.join(" – ")})`;
  const ratios = `${(seconds / own.seconds).toFixed(2)}x, processor ${(processorSeconds / own.processorSeconds).toFixed(2)}x`;
  console.log(
    `${who.padEnd(7)}${seconds.toFixed(1).padStart(8)} s, processor ${processorSeconds.toFixed(1)} s (${ratios}); ${right}; ${note}`,
  );
}

const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
try {
  const manifest = await sourceOf(set, seed, join(folder, "images.jsonl"));
  const held = await writeSplit(manifest, folder);
  const forKeras = await withoutTorch(folder);
  const own = await ours(manifest, join(folder, "project"));
  const others = [
    ...(sets.length === 0 ? [] : [await ours(manifest, join(folder, "again"), sets)]),
    await rival("keras", keras, "keras_recipe.py", forKeras),
    await rival("fastai", fastai, "fastai_fine_tune.py", folder),
  ];
  console.log(
    `${name}, seed ${seed}: ${counts} images a class to train, validate and test on, ${held} held out in all`,
  );
  for (const job of [own, ...others]) tell(job, own, held);
} finally {
  await rm(folder, { recursive: true, force: true });
}

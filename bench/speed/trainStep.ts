/**
 * How long a step of each kind of training takes, and how much memory: `node dist/bench/speed/trainStep.js [PART…]`.
 * Each part runs in a process of its own, on random pixels and random weights: neither changes the work.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { groupIndex } from "../../learn/bases/architecture.js";
import { findBase } from "../../learn/bases/catalogue.js";
import { boundaryPass, boundaryShape, disposePass } from "../../learn/network/boundaries.js";
import { createSamples, openSamples, type RecordFormat, type Samples } from "../../learn/samples/files.js";
import { fit } from "../../learn/training/fit.js";
import { pixelTensor } from "../../learn/training/step/batch.js";
import { fullNetworkTrainee, randomParameters } from "../../learn/training/step/fullNetwork.js";
import type { TrainingData } from "../../learn/training/step/step.js";
import { suffixTrainee } from "../../learn/training/step/suffix.js";
import type { Trainee } from "../../learn/training/trainee.js";
import { randomStream } from "../../rng/stream.js";
import { median } from "../support.js";

const PARTS = ["frozen", "head", "blocks.6", "blocks.5", "blocks.3", "surgical", "scratch"] as const;
type Part = (typeof PARTS)[number];

const BATCH = 32;
const STEPS = 12;
/** The first steps allocate; they are left out of the median. */
const WARM_UP = 2;
const CLASSES = 10;
const SEED = 1;

const base = findBase("efficientnet-lite0");
const { architecture, input } = base;
const parameters = randomParameters(architecture, CLASSES, SEED);
/** The defaults of the run file or near them: their values do not change the time. */
const COMMON = {
  architecture,
  parameters,
  labelSmoothing: 0.05,
  seed: SEED,
  stage: 1,
  pixelScale: input.pixelScale,
} as const;
const TUNING = {
  ...COMMON,
  rateOf: () => ({ learningRate: 1e-3, weightDecay: 0.01 }),
  dropout: 0.2,
} as const;

function randomBytes(length: number): Uint8Array {
  const stream = randomStream(SEED, "bench-pixels");
  return Uint8Array.from({ length }, (_, i) => stream.word(i) >>> 24);
}

const imageLength = input.size * input.size * 3;
const pixelBatch = () =>
  pixelTensor(randomBytes(BATCH * imageLength), [BATCH, input.size, input.size, 3], input.pixelScale);

function timeFrozenPass(): number[] {
  const pass = boundaryPass(
    architecture,
    parameters,
    ["blocks.5", "blocks.6"].map((name) => groupIndex(architecture, name)),
  );
  const x = pixelBatch();
  return Array.from({ length: STEPS }, () => {
    const started = performance.now();
    const result = pass.run(x);
    result.features.dataSync();
    for (const activation of result.activations.values()) activation.dataSync();
    disposePass(result);
    return performance.now() - started;
  });
}

/** A file of as many records as a batch has; the batches of a bench are all of the same images. */
async function sampleFile(
  folder: string,
  format: RecordFormat,
  values: Float32Array | Uint8Array,
): Promise<Samples> {
  const path = join(folder, "samples");
  const writer = await createSamples(path, format);
  await writer.write(0, values);
  await writer.close();
  return openSamples(path, format);
}

function dataOf(samples: Samples): TrainingData {
  return {
    samples,
    rows: { rows: BATCH, views: 1, firstRow: Array.from({ length: BATCH }, (_, i) => i) },
    train: Array.from({ length: BATCH * STEPS }, (_, i) => i % BATCH),
    validation: [0],
    labels: Array.from({ length: BATCH }, (_, i) => i % CLASSES),
    classes: CLASSES,
  };
}

/** Milliseconds of each step, all included: batch, forward, backward, clipping, update. */
async function timeSteps(trainee: Trainee): Promise<number[]> {
  const times: number[] = [];
  let last = performance.now();
  await fit(trainee, {
    epochs: 1,
    patience: 1,
    batchSize: BATCH,
    warmup: 0,
    seed: SEED,
    stage: 1,
    onProgress: () => {
      const now = performance.now();
      times.push(now - last);
      last = now;
    },
  });
  return times;
}

/** @param name layer group to train from, or `head` */
async function timeTuning(folder: string, name: string): Promise<number[]> {
  const top = architecture.groups.length;
  const from = name === "head" ? top : groupIndex(architecture, name);
  const pass = boundaryPass(architecture, parameters, [from]);
  const x = pixelBatch();
  const result = pass.run(x);
  const values = (result.activations.get(from) ?? result.features).dataSync() as Float32Array;
  disposePass(result);
  x.dispose();
  pass.dispose();
  const shape = from === top ? [architecture.features] : boundaryShape(architecture, input.size, from);
  const trainee = suffixTrainee(
    { ...TUNING, from },
    dataOf(await sampleFile(folder, { shape, type: "float32" }, values)),
  );
  return timeSteps(trainee);
}

/** The first layers and the head, from the pixels, with gradients through all that lies between. */
async function timeSurgery(folder: string): Promise<number[]> {
  const format: RecordFormat = { shape: [input.size, input.size, 3], type: "uint8" };
  const trainee = suffixTrainee(
    { ...TUNING, from: 0, to: 2 },
    dataOf(await sampleFile(folder, format, randomBytes(BATCH * imageLength))),
  );
  return timeSteps(trainee);
}

async function timeScratch(folder: string): Promise<number[]> {
  const format: RecordFormat = { shape: [input.size, input.size, 3], type: "uint8" };
  const trainee = fullNetworkTrainee(
    { ...COMMON, learningRate: 0.002, weightDecay: 0.01 },
    dataOf(await sampleFile(folder, format, randomBytes(BATCH * imageLength))),
  );
  return timeSteps(trainee);
}

async function measure(part: Part): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
  try {
    const times =
      part === "frozen"
        ? timeFrozenPass()
        : part === "scratch"
          ? await timeScratch(folder)
          : part === "surgical"
            ? await timeSurgery(folder)
            : await timeTuning(folder, part);
    const step = median(times.slice(WARM_UP));
    const peak = process.resourceUsage().maxRSS / 1024;
    console.log(
      `${part.padEnd(10)} ${step.toFixed(0).padStart(6)} ms a batch of ${BATCH} ` +
        `${(step / BATCH).toFixed(2).padStart(7)} ms an image   peak ${peak.toFixed(0).padStart(5)} MiB`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

const asked = process.argv.slice(2);
const parts = PARTS.filter((part) => asked.length === 0 || asked.includes(part));
const [only] = parts;
if (parts.length === 1 && only !== undefined) {
  await measure(only);
} else {
  for (const part of parts) {
    spawnSync(process.execPath, [fileURLToPath(import.meta.url), part], { stdio: "inherit" });
  }
}

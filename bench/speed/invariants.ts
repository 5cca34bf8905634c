/**
 * What must not grow while a stage trains: tensors and resident memory, epoch by epoch, for 100 epochs of the head,
 * of the last block and of training from random weights. Random pixels and weights: neither changes the work.
 *   node dist/bench/speed/invariants.js [PART…]
 * Prints the slope of a least-squares line through the resident memory after the epochs, without the first fifth.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { groupIndex } from "../../learn/bases/architecture.js";
import { findBase } from "../../learn/bases/catalogue.js";
import { tf } from "../../learn/engine.js";
import { boundaryShape } from "../../learn/network/boundaries.js";
import { createSamples, openSamples, type RecordFormat } from "../../learn/samples/files.js";
import { fit } from "../../learn/training/fit.js";
import { fullNetworkTrainee, randomParameters } from "../../learn/training/step/fullNetwork.js";
import type { TrainingData } from "../../learn/training/step/step.js";
import { suffixTrainee } from "../../learn/training/step/suffix.js";
import type { Trainee } from "../../learn/training/trainee.js";
import { randomStream } from "../../rng/stream.js";
import { slope } from "../support.js";

const PARTS = ["head", "blocks.6", "scratch"] as const;
type Part = (typeof PARTS)[number];

const EPOCHS = 100;
/** Epochs in which allocators and TensorFlow's pools fill: left out of the slope. */
const WARM_UP = 20;
const BATCH = 8;
const IMAGES = 16;
const CLASSES = 10;
const SEED = 1;
const MIB = 2 ** 20;

const base = findBase("efficientnet-lite0");
const { architecture, input } = base;
const parameters = randomParameters(architecture, CLASSES, SEED);

async function randomData(folder: string, format: RecordFormat): Promise<TrainingData> {
  const path = join(folder, "samples");
  const length = IMAGES * format.shape.reduce((product, side) => product * side, 1);
  const stream = randomStream(SEED, "bench-samples");
  const writer = await createSamples(path, format);
  await writer.write(
    0,
    format.type === "uint8"
      ? Uint8Array.from({ length }, (_, i) => stream.word(i) >>> 24)
      : Float32Array.from({ length }, (_, i) => stream.uniform(i)),
  );
  await writer.close();
  const images = Array.from({ length: IMAGES }, (_, i) => i);
  return {
    samples: openSamples(path, format),
    rows: { rows: IMAGES, views: 1, firstRow: images },
    train: images,
    validation: images,
    labels: images.map((i) => i % CLASSES),
    classes: CLASSES,
  };
}

async function traineeOf(part: Part, folder: string): Promise<Trainee & { dispose(): void }> {
  const common = {
    architecture,
    parameters,
    labelSmoothing: 0.05,
    seed: SEED,
    stage: 1,
    pixelScale: input.pixelScale,
  };
  if (part === "scratch") {
    const data = await randomData(folder, { shape: [input.size, input.size, 3], type: "uint8" });
    return fullNetworkTrainee({ ...common, learningRate: 1e-4, weightDecay: 0.01 }, data);
  }
  const top = architecture.groups.length;
  const from = part === "head" ? top : groupIndex(architecture, part);
  const shape = part === "head" ? [architecture.features] : boundaryShape(architecture, input.size, from);
  const rateOf = () => ({ learningRate: 1e-4, weightDecay: 0.01 });
  return suffixTrainee(
    { ...common, from, rateOf, dropout: 0.2 },
    await randomData(folder, { shape, type: "float32" }),
  );
}

async function measure(part: Part): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
  try {
    const trainee = await traineeOf(part, folder);
    const resident: number[] = [];
    const tensors = new Set<number>();
    const watched: Trainee = {
      ...trainee,
      validate: () => {
        const result = trainee.validate();
        tensors.add(tf.memory().numTensors);
        resident.push(process.memoryUsage.rss() / MIB);
        return result;
      },
    };
    await fit(watched, {
      epochs: EPOCHS,
      patience: EPOCHS,
      batchSize: BATCH,
      warmup: 0,
      seed: SEED,
      stage: 1,
      onProgress: () => {},
    });
    trainee.dispose();
    console.log(
      `${part.padEnd(10)} ${resident.length} epochs, tensors after each: ${[...tensors].join(", ")}; ` +
        `resident ${resident[WARM_UP]?.toFixed(0)} → ${resident.at(-1)?.toFixed(0)} MiB, ` +
        `slope ${slope(resident.slice(WARM_UP)).toFixed(3)} MiB an epoch`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

const asked = process.argv.slice(2);
for (const part of PARTS.filter((name) => asked.length === 0 || asked.includes(name))) await measure(part);

/**
 * What this process's engine computes of the same pictures and weights: features of the pretrained base, and gradients of
 * training steps. Another engine's are held against them by `agreement.js`.
 *   node dist/bench/gpu/numbers.js OUT
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { groupIndex } from "../../learn/bases/architecture.js";
import { findBase } from "../../learn/bases/catalogue.js";
import { computingDevice, type Tensor4D } from "../../learn/engine.js";
import { boundaryPass, boundaryShape, disposePass } from "../../learn/network/boundaries.js";
import { HEAD_KERNEL } from "../../learn/network/head.js";
import { overlay, type Parameters } from "../../learn/network/parameters.js";
import { drawnPicture } from "../../learn/network/tryOut.js";
import { createSamples, openSamples, type RecordFormat } from "../../learn/samples/files.js";
import { fullNetworkTrainee, randomParameters } from "../../learn/training/step/fullNetwork.js";
import { pixelTensor } from "../../learn/training/step/pixels.js";
import type { TrainingData } from "../../learn/training/step/step.js";
import { type SuffixTrainee, suffixTrainee } from "../../learn/training/step/suffix.js";
import { randomStream } from "../../rng/stream.js";
import { baseCheckpoint } from "../../runtime/components/download/baseCheckpoint.js";
import { engineFingerprint } from "../../runtime/components/tensorflow/engineFingerprint.js";

const [given] = process.argv.slice(2);
if (given === undefined) throw new Error("usage: numbers.js OUT");
const out = resolve(given);

const BATCH = 32;
const CLASSES = 10;
const SEED = 1;
const TUNED = "blocks.5";
/** As strong as what a camera adds in bad light: every layer has something to do. */
const NOISE = 24;

const base = findBase("efficientnet-lite0");
const { architecture, input } = base;
const pixelsLength = input.size * input.size * 3;

/** The drawn picture, moved along and noisy, so that no two are the same. */
function pictures(): Uint8Array {
  const picture = drawnPicture(input.size);
  const noise = randomStream(SEED, "bench-gpu-pictures");
  return Uint8Array.from({ length: BATCH * pixelsLength }, (_, i) => {
    const image = Math.floor(i / pixelsLength);
    const shown = picture[(i + image * 3 * 7) % pixelsLength] as number;
    return Math.max(0, Math.min(255, shown + NOISE * (noise.uniform(i) - 0.5)));
  });
}

/** Not of zeros, as a head begins: through one of zeros no gradient passes. */
function head(): Parameters {
  const stream = randomStream(SEED, "bench-gpu-head");
  const { features } = architecture;
  const data = Float32Array.from({ length: features * CLASSES }, (_, i) => (stream.uniform(i) - 0.5) / 4);
  return new Map([[HEAD_KERNEL, { data, shape: [features, CLASSES] }]]);
}

async function dataOf(format: RecordFormat, values: Float32Array | Uint8Array): Promise<TrainingData> {
  const path = join(out, "samples");
  const writer = await createSamples(path, format);
  await writer.write(0, values);
  await writer.close();
  const samples = openSamples(path, format);
  await rm(path);
  const images = Array.from({ length: BATCH }, (_, i) => i);
  return {
    ...{ samples, train: images, validation: images, classes: CLASSES },
    rows: { rows: BATCH, views: 1, firstRow: images },
    labels: images.map((i) => i % CLASSES),
  };
}

/** Writes the gradients of the first step. @returns its loss */
async function firstStep(name: string, trainee: SuffixTrainee): Promise<number> {
  const batch = Array.from({ length: BATCH }, (_, i) => i);
  const { loss, gradients } = trainee.gradients(batch, { epoch: 0, step: 0 });
  await writeFile(join(out, `${name}.f32`), Buffer.concat(gradients.map(bytesOf)));
  return loss;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

await mkdir(out, { recursive: true });
const pixels = pictures();
const random = overlay(randomParameters(architecture, CLASSES, SEED), head());
const pretrained = overlay(random, await base.load(await baseCheckpoint(base.name)));
const from = groupIndex(architecture, TUNED);
const pass = boundaryPass(architecture, pretrained, [from]);
const x = pixelTensor(pixels, [BATCH, input.size, input.size, 3], input.pixelScale);
const result = pass.run(x);
await writeFile(join(out, "features.f32"), bytesOf(result.features.dataSync() as Float32Array));
const entering = ((result.activations.get(from) as Tensor4D).dataSync() as Float32Array).slice();
disposePass(result);
pass.dispose();
x.dispose();

const common = {
  ...{ architecture, labelSmoothing: 0.05, seed: SEED, stage: 1, pixelScale: input.pixelScale },
};
const tuned = suffixTrainee(
  {
    ...common,
    ...{ parameters: pretrained, from, dropout: 0.2 },
    rateOf: () => ({ learningRate: 1e-3, weightDecay: 0.01 }),
  },
  await dataOf({ shape: boundaryShape(architecture, input.size, from), type: "float32" }, entering),
);
const whole = fullNetworkTrainee(
  { ...common, parameters: random, learningRate: 0.002, weightDecay: 0.01 },
  await dataOf({ shape: [input.size, input.size, 3], type: "uint8" }, pixels),
);
const figures = {
  device: computingDevice(),
  engine: engineFingerprint(),
  losses: { tuned: await firstStep("tuned", tuned), whole: await firstStep("whole", whole) },
};
await writeFile(join(out, "figures.json"), `${JSON.stringify(figures, null, 1)}\n`);
console.log(JSON.stringify(figures));

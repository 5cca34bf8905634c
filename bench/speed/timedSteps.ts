/** Times of single steps of any base, on random pixels and random weights: neither changes the work. */
import { join } from "node:path";
import { groupIndex } from "../../learn/bases/architecture.js";
import type { Base } from "../../learn/bases/catalogue.js";
import { boundaryPass, boundaryShape, disposePass } from "../../learn/network/boundaries.js";
import type { Parameters } from "../../learn/network/parameters.js";
import { createSamples, openSamples, type RecordFormat, type Samples } from "../../learn/samples/files.js";
import { fit } from "../../learn/training/fit.js";
import { pixelTensor } from "../../learn/training/step/pixels.js";
import type { TrainingData } from "../../learn/training/step/step.js";
import { suffixTrainee } from "../../learn/training/step/suffix.js";
import type { Trainee } from "../../learn/training/trainee.js";
import { randomStream } from "../../rng/stream.js";

export const BATCH = 32;
export const STEPS = 12;
/** The first steps allocate; they are left out of the median. */
export const WARM_UP = 2;
export const CLASSES = 10;
export const SEED = 1;

export function randomBytes(length: number): Uint8Array {
  const stream = randomStream(SEED, "bench-pixels");
  return Uint8Array.from({ length }, (_, i) => stream.word(i) >>> 24);
}

function pixelBatch({ input: { size, pixelScale } }: Base) {
  return pixelTensor(randomBytes(BATCH * size * size * 3), [BATCH, size, size, 3], pixelScale);
}

/**
 * Milliseconds of each pass of a batch.
 * @param groups layer groups whose inputs fall out of the same pass
 */
export function timeFrozenPass(base: Base, parameters: Parameters, groups: readonly string[]): number[] {
  const { architecture } = base;
  const pass = boundaryPass(
    architecture,
    parameters,
    groups.map((name) => groupIndex(architecture, name)),
  );
  const x = pixelBatch(base);
  const times = Array.from({ length: STEPS }, () => {
    const started = performance.now();
    const result = pass.run(x);
    result.features.dataSync();
    for (const activation of result.activations.values()) activation.dataSync();
    disposePass(result);
    return performance.now() - started;
  });
  x.dispose();
  pass.dispose();
  return times;
}

/** A file of as many records as a batch has; the batches of a bench are all of the same images. */
export async function sampleFile(
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

export function dataOf(samples: Samples): TrainingData {
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
export async function timeSteps(trainee: Trainee): Promise<number[]> {
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
  // The last call is of the validation, which is no step.
  return times.slice(0, STEPS);
}

/** The defaults of the run file or near them: their values do not change the time. */
export function tuningOf({ architecture, input }: Base, parameters: Parameters) {
  return {
    architecture,
    parameters,
    labelSmoothing: 0.05,
    seed: SEED,
    stage: 1,
    pixelScale: input.pixelScale,
    rateOf: () => ({ learningRate: 1e-3, weightDecay: 0.01 }),
    dropout: 0.2,
  } as const;
}

/**
 * From the cached activations that enter the layer group.
 * @param name layer group to train from, or `head`
 */
export async function timeTuning(
  base: Base,
  parameters: Parameters,
  folder: string,
  name: string,
): Promise<number[]> {
  const { architecture, input } = base;
  const top = architecture.groups.length;
  const from = name === "head" ? top : groupIndex(architecture, name);
  const pass = boundaryPass(architecture, parameters, [from]);
  const x = pixelBatch(base);
  const result = pass.run(x);
  const values = (result.activations.get(from) ?? result.features).dataSync() as Float32Array;
  disposePass(result);
  x.dispose();
  pass.dispose();
  const shape = from === top ? [architecture.features] : boundaryShape(architecture, input.size, from);
  const data = dataOf(await sampleFile(folder, { shape, type: "float32" }, values));
  return timeSteps(suffixTrainee({ ...tuningOf(base, parameters), from }, data));
}

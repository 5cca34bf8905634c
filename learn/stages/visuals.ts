/** What the report draws of the final network: Grad-CAM of telling test images, and a map of the features. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Dataset } from "../../data/dataset/dataset.js";
import { ACTIVATION_MAPS_FILE, FEATURE_MAP_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { Evaluation, FullPrediction } from "../../spec/records/evaluation.js";
import type { ActivationMap, ActivationMaps, FeatureMap, FeaturePoint } from "../../spec/records/visuals.js";
import { normedFeatures } from "../bases/architecture.js";
import type { Base } from "../bases/catalogue.js";
import { scoped, type Tensor2D, type Tensor4D } from "../engine.js";
import { coarser, type FeatureNorm, gradCam, relative } from "../evaluation/gradCam.js";
import { principalComponents } from "../evaluation/principalComponents.js";
import { surestOfEachClass } from "../evaluation/surest.js";
import { featuresOf, frozenNetwork } from "../network/frozen.js";
import { HEAD_KERNEL } from "../network/head.js";
import { type Parameters, parameter } from "../network/parameters.js";
import { renderBatches } from "../samples/render.js";
import { imagesOf } from "../samples/views.js";
import { pixelTensor } from "../training/step/pixels.js";
import { matrix } from "../transferability/matrix.js";
import type { StageContext } from "./job.js";
import type { PlainFeatures } from "./plainFeatures.js";

const BATCH = 32;
/** Of a map's grid; a thumbnail shows no more. Networks for classification end in 7 to 20. */
const MOST_ROWS = 32;
/** More dots hide each other, and each takes 100 bytes of the report. */
const MOST_POINTS = 1500;
/** The held-out images matter more than those that were trained on. */
const MOST_HELD = 1000;

/** @param use is given the last activations of a batch of the images and their number, and must not keep them */
export type LastActivations = (
  images: readonly number[],
  use: (last: Tensor4D, count: number) => void,
) => Promise<void>;

export interface FinalNetwork {
  readonly base: Base;
  readonly parameters: Parameters;
  /** Of its plain views; where it is left out, the whole network computes them. */
  readonly lastOf?: LastActivations | undefined;
}

/** The held-out images as indices of the dataset, and what the network made of them, in the same order. */
export interface HeldOut {
  readonly held: readonly number[];
  readonly predictions: readonly FullPrediction[];
  /** Pooled features, `[held.length, features]`. */
  readonly features: Float32Array;
  readonly evaluation: Evaluation;
}

/**
 * Writes {@link ACTIVATION_MAPS_FILE} and {@link FEATURE_MAP_FILE} into the stage's folder. There are no maps of
 * evidence of an extractor whose features are no average over activations: they have no place in the image.
 * @param plain of the network, where they are known
 */
export async function writeVisuals(
  context: StageContext,
  dataset: Dataset,
  network: FinalNetwork,
  heldOut: HeldOut,
  plain?: PlainFeatures,
): Promise<void> {
  const write = (name: string, content: ActivationMaps | FeatureMap): Promise<void> =>
    writeFile(join(context.folders.out, name), JSON.stringify(content));
  const maps = await activationMaps(context, dataset, network, heldOut);
  if (maps !== undefined) await write(ACTIVATION_MAPS_FILE, maps);
  await write(FEATURE_MAP_FILE, await featureMap(context, dataset, network, heldOut, plain));
}

async function activationMaps(
  context: StageContext,
  dataset: Dataset,
  network: FinalNetwork,
  { held, predictions, evaluation }: HeldOut,
): Promise<ActivationMaps | undefined> {
  const { cropFraction } = network.base.input;
  const { below, norm } = pooledBy(network);
  const kernel = parameter(network.parameters, HEAD_KERNEL).data;
  const classes = evaluation.classes.length;
  const surest = surestOfEachClass(predictions, classes);
  const told = [...evaluation.mistakes, ...(evaluation.topLosses ?? [])].map(({ path }) => path);
  const shown = new Set([...told, ...surest.flat()]);
  const rows = [...predictions.keys()].filter((row) => shown.has(predictions[row]?.path ?? ""));
  const maps: ActivationMap[] = [];
  let grid = { rows: 0, columns: 0 };
  let isSpatial = true;
  const images = rows.map((row) => held[row] as number);
  await throughNetwork(context, dataset, below, "maps of evidence", images, (last) => {
    if (last.rank !== 4) isSpatial = false;
    if (!isSpatial) return;
    const values = last.dataSync() as Float32Array;
    const size = values.length / last.shape[0];
    for (let start = 0; start < values.length; start += size) {
      const row = rows[maps.length] as number;
      const { path, label, predicted, confidence } = predictions[row] as FullPrediction;
      const { width = 1, height = 1 } = dataset.records[held[row] as number] ?? {};
      const [down = 0, across = 0] = last.shape.slice(1);
      const whole = gradCam(values.subarray(start, start + size), kernel, classes, predicted, norm);
      const map = coarser({ rows: down, columns: across, values: whole }, MOST_ROWS);
      grid = map;
      maps.push({
        ...{ path, label, predicted, confidence },
        values: Array.from(relative(map.values), (value) => Number(value.toFixed(2))),
        ...{ width, height, side: Math.round(Math.min(width, height) * cropFraction) },
      });
    }
  });
  if (!isSpatial) return undefined;
  return { rows: grid.rows, columns: grid.columns, maps, surest };
}

/** The network up to the activations that are pooled, and what normalizes the means of them. */
function pooledBy(network: FinalNetwork): { readonly below: FinalNetwork; readonly norm?: FeatureNorm } {
  const { base, parameters } = network;
  const normed = normedFeatures(base.architecture);
  if (normed === undefined) return { below: network };
  const { name, epsilon } = normed.norm;
  const gamma = parameter(parameters, `${name}.gamma`).data;
  return { below: { ...network, base: { ...base, architecture: normed.below } }, norm: { gamma, epsilon } };
}

async function featureMap(
  context: StageContext,
  dataset: Dataset,
  network: FinalNetwork,
  { held, predictions, features }: HeldOut,
  plain?: PlainFeatures,
): Promise<FeatureMap> {
  const columns = network.base.architecture.features;
  const tested = evenly([...held.keys()], MOST_HELD);
  const trained = evenly(imagesOf(dataset.records, "train"), MOST_POINTS - tested.length);
  const values = new Float32Array((tested.length + trained.length) * columns);
  tested.forEach((row, i) => {
    values.set(features.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  let next = tested.length * columns;
  const add = (pooled: Float32Array): void => {
    values.set(pooled, next);
    next += pooled.length;
  };
  // Of the base alone: what was trained above it gives others.
  const known = network.lastOf === undefined ? plain?.of(trained, BATCH) : undefined;
  if (known !== undefined) add(known);
  else {
    await throughNetwork(context, dataset, network, "features of training images", trained, (last) =>
      add(featuresOf(last).dataSync() as Float32Array),
    );
  }
  const { scores, explained } = principalComponents(matrix(values.length / columns, columns, values), 2);
  const at = (point: number): Pick<FeaturePoint, "x" | "y"> => ({
    x: Number((scores.data[2 * point] ?? 0).toPrecision(5)),
    y: Number((scores.data[2 * point + 1] ?? 0).toPrecision(5)),
  });
  const [first = 0, second = 0] = explained;
  return {
    explained: [first, second],
    points: [
      ...tested.map((row, i) => {
        const { path, label, predicted } = predictions[row] as FullPrediction;
        return { path, label, predicted, ...at(i) };
      }),
      ...trained.map((image, i) => {
        const { path = "", label = 0 } = dataset.records[image] ?? {};
        return { path, label, ...at(tested.length + i) };
      }),
    ],
  };
}

/** @param use is given what the frozen network gives, see there, and must not keep it */
async function throughNetwork(
  { augment, seed, onProgress }: StageContext,
  dataset: Dataset,
  { base, parameters, lastOf }: FinalNetwork,
  phase: string,
  images: readonly number[],
  use: (last: Tensor2D | Tensor4D) => void,
): Promise<void> {
  let done = 0;
  const tell = (count: number): void => {
    done += count;
    onProgress({ phase, step: done, total: images.length });
  };
  if (lastOf !== undefined) {
    return lastOf(images, (last, count) => {
      use(last);
      tell(count);
    });
  }
  const { input } = base;
  const whole = await frozenNetwork(base, parameters);
  try {
    const views = images.map((image) => ({ image, view: 0 }));
    for await (const batch of renderBatches(dataset, input, augment, seed, views, BATCH)) {
      const shape = [batch.views.length, input.size, input.size, 3];
      scoped(() => use(whole.run(pixelTensor(batch.pixels, shape, input.pixelScale))));
      tell(batch.views.length);
    }
  } finally {
    whole.dispose();
  }
}

/** At most so many of them, evenly spaced: the dataset is sorted, so classes keep their shares. */
function evenly(items: readonly number[], most: number): number[] {
  const count = Math.min(items.length, most);
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)] as number);
}

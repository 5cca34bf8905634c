/** Computes and caches what the frozen layers give: pooled features and activations at freeze boundaries. */
import { mkdir, rename, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { type Dataset, openDataset } from "../../data/dataset/dataset.js";
import { groupIndex } from "../bases/architecture.js";
import type { Base } from "../bases/catalogue.js";
import { chosenBase } from "../bases/chosen.js";
import { boundaryShape, disposePass } from "../network/boundaries.js";
import { basePass } from "../network/frozen.js";
import type { Parameters } from "../network/parameters.js";
import {
  createSamples,
  openSamples,
  type RecordFormat,
  type Samples,
  type SampleWriter,
} from "../samples/files.js";
import { allViews, renderBatches, type ViewRef } from "../samples/render.js";
import { pixelTensor } from "../training/step/batch.js";
import type { StageContext } from "./job.js";
import { isKept, keepDigest } from "./kept.js";

/** 32 images of 224 px keep the largest activation of Lite0 below 150 MB. */
const BATCH = 32;
/** Views a second are averaged over the whole pass; progress is reported every so many batches. */
const REPORT_EVERY = 4;

/** What a pass over the images should write; a file appears only once it is complete. */
export interface Outputs {
  /** Pooled features of the pretrained base. */
  readonly features?: string;
  /** Activations that enter a layer group, by its position. */
  readonly boundaries: ReadonlyMap<number, string>;
  /** Pixels of the views, for training from random weights. */
  readonly pixels?: string;
  /** The views wanted, in the order of the rows; by default those of the images' own splits. */
  readonly views?: readonly ViewRef[];
}

export function boundaryFormat(base: Base, group: number): RecordFormat {
  return { shape: boundaryShape(base.architecture, base.input.size, group), type: "float32" };
}

export function featureFormat(base: Base): RecordFormat {
  return { shape: [base.architecture.features], type: "float32" };
}

export function pixelFormat(base: Base): RecordFormat {
  return { shape: [base.input.size, base.input.size, 3], type: "uint8" };
}

export function boundaryFile(scratch: string, groupName: string): string {
  return join(scratch, `${groupName}.f32`);
}

export function pixelFile(scratch: string): string {
  return join(scratch, "pixels.u8");
}

/** One pass of all views of all images through the frozen base. */
export async function computeActivations(
  context: StageContext,
  parameters: Parameters,
  outputs: Outputs,
): Promise<{ readonly rows: number; readonly seconds: number }> {
  const base = chosenBase(context.base);
  const dataset = await openDataset(context.folders.dataset);
  const started = performance.now();
  const needsBase = outputs.features !== undefined || outputs.boundaries.size > 0;
  const pass = needsBase ? await basePass(base, parameters, [...outputs.boundaries.keys()]) : undefined;
  const files: { readonly path: string; readonly writer: SampleWriter }[] = [];
  const create = async (path: string, format: RecordFormat): Promise<SampleWriter> => {
    const writer = await createSamples(`${path}.part`, format);
    files.push({ path, writer });
    return writer;
  };
  try {
    await mkdir(context.folders.scratch, { recursive: true });
    const features =
      outputs.features === undefined ? undefined : await create(outputs.features, featureFormat(base));
    const pixels = outputs.pixels === undefined ? undefined : await create(outputs.pixels, pixelFormat(base));
    const boundaries = new Map<number, SampleWriter>();
    for (const [group, path] of outputs.boundaries) {
      boundaries.set(group, await create(path, boundaryFormat(base, group)));
    }
    const everyImage = dataset.records.map((_, image) => image);
    const views = outputs.views ?? allViews(dataset, everyImage, context.augment.views);
    let row = 0;
    let reported = 0;
    for await (const batch of renderBatches(
      dataset,
      base.input,
      context.augment,
      context.seed,
      views,
      BATCH,
    )) {
      await pixels?.write(row, batch.pixels);
      if (pass !== undefined) {
        const shape = [batch.views.length, base.input.size, base.input.size, 3];
        const x = pixelTensor(batch.pixels, shape, base.input.pixelScale);
        const result = pass.run(x);
        x.dispose();
        await features?.write(row, result.features.dataSync() as Float32Array);
        for (const [group, tensor] of result.activations) {
          await boundaries.get(group)?.write(row, tensor.dataSync() as Float32Array);
        }
        disposePass(result);
      }
      row += batch.views.length;
      if ((row / BATCH) % REPORT_EVERY < 1 || row === views.length) {
        const progress = passProgress(row, views.length, (performance.now() - started) / 1000);
        context.onProgress({ ...progress, images: row - reported });
        reported = row;
      }
    }
    for (const { path, writer } of files) {
      const digest = await writer.close();
      // What goes into an artifact has its digest in the manifest.
      const isOurs = !relative(context.folders.scratch, path).startsWith("..");
      await keepDigest(path, isOurs ? digest : undefined, () => rename(`${path}.part`, path));
    }
    return { rows: row, seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    await Promise.allSettled(files.map(({ writer }) => writer.close()));
    await Promise.allSettled(files.map(({ path }) => rm(`${path}.part`, { force: true })));
    throw error;
  } finally {
    pass?.dispose();
    await dataset.close();
  }
}

function passProgress(done: number, total: number, seconds: number) {
  return {
    phase: "frozen layers",
    step: done,
    total,
    imagesPerSecond: Math.round(done / seconds),
    etaSeconds: Math.round((seconds / done) * (total - done)),
  };
}

/** Activations that enter the named layer group; computed when the cache does not have them. */
export async function openBoundary(
  context: StageContext,
  parameters: Parameters,
  groupName: string,
): Promise<Samples> {
  const base = chosenBase(context.base);
  const group = groupIndex(base.architecture, groupName);
  const path = boundaryFile(context.folders.scratch, groupName);
  if (!(await isKept(path, context.onProgress))) {
    await computeActivations(context, parameters, { boundaries: new Map([[group, path]]) });
  }
  return openSamples(path, boundaryFormat(base, group));
}

/** Pixels of all views; rendered when the cache does not have them. */
export async function openPixels(context: StageContext): Promise<Samples> {
  const path = pixelFile(context.folders.scratch);
  if (!(await isKept(path, context.onProgress))) {
    await computeActivations(context, new Map(), { boundaries: new Map(), pixels: path });
  }
  return openSamples(path, pixelFormat(chosenBase(context.base)));
}

/** For a stage that only needs the records: the dataset is closed again. */
export async function readRecords(folder: string): Promise<Pick<Dataset, "records" | "summary">> {
  const dataset = await openDataset(folder);
  try {
    return { records: dataset.records, summary: dataset.summary };
  } finally {
    await dataset.close();
  }
}

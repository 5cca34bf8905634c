/** Computes and caches what the frozen layers give: pooled features and activations at freeze boundaries. */
import { mkdir, rename } from "node:fs/promises";
import { join, relative } from "node:path";
import { type Dataset, openDataset } from "../../data/dataset/dataset.js";
import { partOf } from "../../files/parts.js";
import type { PassSpeed } from "../../spec/records/features.js";
import { boundaryCandidate, PIXELS, pixelCandidate } from "../bases/activationSizes.js";
import { groupIndex } from "../bases/architecture.js";
import type { Base } from "../bases/catalogue.js";
import { chosenBase } from "../bases/chosen.js";
import { FROZEN_BATCH } from "../bases/cost.js";
import type { Tensor } from "../engine.js";
import { type BoundaryPass, boundaryShape, disposePass } from "../network/boundaries.js";
import { basePass } from "../network/frozen.js";
import type { Parameters } from "../network/parameters.js";
import { passProgress, passSpeed } from "../network/passSpeed.js";
import { loadSound } from "../network/tryOut.js";
import { fewOpen } from "../samples/fewOpen.js";
import {
  createSamples,
  openSamples,
  type RecordFormat,
  recordLength,
  type Samples,
} from "../samples/files.js";
import type { KnownRow } from "../samples/known.js";
import { gathered, mergeRows } from "../samples/merge.js";
import { allViews, renderBatches, type ViewRef } from "../samples/render.js";
import {
  closeSources,
  forget,
  rowsAhead,
  type UnfinishedFile,
  withItself,
  writeAhead,
} from "../samples/unfinished.js";
import { viewRows } from "../samples/views.js";
import { chooseFiles, type KeptFile } from "../scratch/keep.js";
import { isKept, keepDigest } from "../scratch/kept.js";
import { recomputedSamples } from "../scratch/recomputed.js";
import { wholeBatch } from "../scratch/wholeBatch.js";
import { createYielding } from "../scratch/yielding.js";
import type { StageContext } from "./job.js";
import { checkPrecision, usedPrecision } from "./precision.js";

/** 32 images of 224 px keep the largest activation of Lite0 below 150 MB. */
const BATCH = FROZEN_BATCH;
/** Views a second are averaged over the whole pass; progress is reported every so many batches. */
const REPORT_EVERY = 4;

/** Sample files of the views of a set of images. */
export interface SampleFiles {
  /** Pooled features of the pretrained base. */
  readonly features?: string;
  /** Activations that enter a layer group, by its position. */
  readonly boundaries: ReadonlyMap<number, string>;
  /** Pixels of the views, for training from random weights. */
  readonly pixels?: string;
}

/** What a pass over the images should write; a file appears only once it is complete. */
export interface Outputs extends SampleFiles {
  /** Rows that need not be computed, in files that have the records of all that is to be written. */
  readonly known?: {
    readonly rows: readonly (KnownRow | undefined)[];
    readonly sets: readonly SampleFiles[];
  };
  /** The views wanted, in the order of the rows; by default those of the images' own splits. */
  readonly views?: readonly ViewRef[];
  /** Rows that come first, because it depends on their features which activations are wanted. */
  readonly first?: {
    readonly rows: readonly number[];
    /**
     * @param features of those rows, one after the other
     * @returns the layer groups whose activations are still written
     */
    readonly choose: (features: Float32Array) => Promise<ReadonlySet<number>>;
  };
}

/** Activations are kept in the precision that the run asks for: what was computed in bfloat16 loses nothing by that. */
export function boundaryFormat(base: Base, group: number, { precision }: AskedPrecision): RecordFormat {
  const shape = boundaryShape(base.architecture, base.input.size, group);
  return { shape, type: precision?.asked ?? "float32" };
}

export function featureFormat(base: Base): RecordFormat {
  return { shape: [base.architecture.features], type: "float32" };
}

export function pixelFormat(base: Base): RecordFormat {
  return { shape: [base.input.size, base.input.size, 3], type: "uint8" };
}

export function boundaryFile(scratch: string, groupName: string, { precision }: AskedPrecision = {}): string {
  return join(scratch, `${groupName}.${EXTENSIONS[precision?.asked ?? "float32"]}`);
}

type AskedPrecision = Pick<StageContext, "precision">;

/** Of files of activations, by the type of their numbers. */
export const EXTENSIONS = { float32: "f32", bfloat16: "bf16" } as const;

export function pixelFile(scratch: string): string {
  return join(scratch, "pixels.u8");
}

/** One pass of all views of all images through the frozen base; known rows are copied. */
export async function computeActivations(
  context: StageContext,
  parameters: Parameters,
  outputs: Outputs,
): Promise<{ readonly rows: number; readonly seconds: number; readonly speed?: PassSpeed }> {
  const base = chosenBase(context.base);
  const dataset = await openDataset(context.folders.dataset);
  const started = performance.now();
  const needsBase = outputs.features !== undefined || outputs.boundaries.size > 0;
  const groups = [...outputs.boundaries.keys()];
  const pass = needsBase
    ? await basePass(base, parameters, groups, await usedPrecision(context, base, parameters))
    : undefined;
  let files: OutputFile[] = [];
  try {
    await mkdir(context.folders.scratch, { recursive: true });
    const everyImage = dataset.records.map((_, image) => image);
    const views = outputs.views ?? allViews(dataset, everyImage, context.augment.views);
    for (const output of outputsOf(context, base, outputs))
      files.push(await openOutput(output, views.length, outputs.known?.sets));
    const known = [...(outputs.known?.rows ?? views.map(() => undefined))];
    const rowsToDo = (): number[] => [...known.keys()].filter((row) => known[row] === undefined);
    const total = rowsToDo().length;
    if (outputs.features !== undefined) {
      const reused = views.length - total;
      context.onProgress({ phase: "frozen layers", step: 0, total: views.length, reused });
    }
    const times: number[] = [];
    let [done, reported] = [0, 0];
    const passOver = async (
      rows: readonly number[],
      take: (values: (Float32Array | Uint8Array)[], rows: readonly number[]) => Promise<void>,
    ): Promise<void> => {
      const wanted = rows.map((row) => views[row] as ViewRef);
      const { augment, seed } = context;
      let at = 0;
      for await (const batch of renderBatches(dataset, base.input, augment, seed, wanted, BATCH)) {
        const { pixels, views: part } = batch;
        const begun = performance.now();
        const result = pass && wholeBatch(pass, base, pixels);
        // A GPU has computed only once its numbers are here.
        result?.features.dataSync();
        if (result !== undefined) times.push((performance.now() - begun) / 1000);
        const values = files.map(({ length, valuesOf }) =>
          valuesOf(pixels, result).subarray(0, part.length * length),
        );
        await take(values, rows.slice(at, at + part.length));
        if (result !== undefined) disposePass(result);
        at += part.length;
        done += part.length;
        if ((done / BATCH) % REPORT_EVERY < 1 || done === total) {
          const progress = passProgress(done, total, (performance.now() - started) / 1000);
          context.onProgress({ ...progress, images: done - reported });
          reported = done;
        }
      }
    };
    if (outputs.first !== undefined) {
      const ahead = rowsAhead(outputs.first.rows, known, BATCH);
      await passOver(ahead, (values, rows) => writeAhead(files, rows, values));
      files = files.map(withItself);
      const own = outputs.known?.sets.length ?? 0;
      for (const row of ahead) known[row] = { set: own, row };
      const features = files.find(({ path }) => path === outputs.features) as OutputFile;
      const wanted = outputs.first.rows.map((row) => known[row] as KnownRow);
      const groups = await outputs.first.choose(gathered(features, wanted) as Float32Array);
      const isWanted = ({ group }: OutputFile): boolean => group === undefined || groups.has(group);
      await forget(files.filter((file) => !isWanted(file)));
      files = files.filter(isWanted);
    }
    const merger = mergeRows(files, known);
    await passOver(rowsToDo(), (values) => merger.add(values));
    await merger.finish();
    for (const { path, part, writer } of files) {
      const digest = await writer.close();
      if (writer.isGone?.()) {
        const phase = `the disk of ${path} has no room for it: it will be computed whenever it is read`;
        context.onProgress({ phase, step: 0, total: 1 });
        continue;
      }
      // What goes into an artifact has its digest in the manifest.
      const isOurs = !relative(context.folders.scratch, path).startsWith("..");
      await keepDigest(path, isOurs ? digest : undefined, () => rename(part, path));
    }
    const speed = passSpeed(times, BATCH);
    const seconds = (performance.now() - started) / 1000;
    return { rows: views.length, seconds, ...(speed === undefined ? {} : { speed }) };
  } catch (error) {
    await forget(files);
    throw error;
  } finally {
    closeSources(files);
    pass?.dispose();
    await dataset.close();
  }
}

type PassResult = ReturnType<BoundaryPass["run"]>;

interface Output {
  readonly path: string;
  readonly format: RecordFormat;
  /** Of activations. */
  readonly group?: number;
  /** It can be done without: where the disk has no room, it goes. */
  readonly yields: boolean;
  /** The values of a batch, and of what it was filled up with. */
  readonly valuesOf: (pixels: Uint8Array, result: PassResult | undefined) => Float32Array | Uint8Array;
  /** Where an earlier set has the same. */
  readonly earlier: (set: SampleFiles) => string | undefined;
}

type OutputFile = Output & UnfinishedFile;

function outputsOf(
  context: StageContext,
  base: Base,
  { features, pixels, boundaries }: Outputs,
): readonly Output[] {
  const numbersOf = (tensor: Tensor | undefined): Float32Array => {
    if (tensor === undefined) throw new RangeError("the base has no such layer group to give activations of");
    return tensor.dataSync() as Float32Array;
  };
  return [
    ...(features === undefined
      ? []
      : [
          {
            path: features,
            format: featureFormat(base),
            yields: false,
            valuesOf: (_: Uint8Array, result: PassResult | undefined) => numbersOf(result?.features),
            earlier: (set: SampleFiles) => set.features,
          },
        ]),
    ...(pixels === undefined
      ? []
      : [
          {
            path: pixels,
            format: pixelFormat(base),
            yields: true,
            valuesOf: (own: Uint8Array) => own,
            earlier: (set: SampleFiles) => set.pixels,
          },
        ]),
    ...[...boundaries].map(([group, path]) => ({
      group,
      path,
      format: boundaryFormat(base, group, context),
      yields: true,
      valuesOf: (_: Uint8Array, result: PassResult | undefined) => numbersOf(result?.activations.get(group)),
      earlier: (set: SampleFiles) => set.boundaries.get(group),
    })),
  ];
}

async function openOutput(
  output: Output,
  rows: number,
  sets: readonly SampleFiles[] = [],
): Promise<OutputFile> {
  const paths = sets.map((set) => {
    const path = output.earlier(set);
    if (path === undefined) throw new RangeError(`an earlier set has no ${output.path}`);
    return path;
  });
  const create = output.yields ? createYielding : createSamples;
  const part = partOf(output.path);
  const writer = await create(part, output.format, rows);
  const length = recordLength(output.format);
  return { ...output, part, length, sources: fewOpen(paths, output.format), writer };
}

/**
 * Activations that enter the named layer group. They are computed when the cache does not have them, and whenever they
 * are read where it has no room.
 */
export async function openBoundary(
  context: StageContext,
  parameters: Parameters,
  groupName: string,
): Promise<Samples> {
  const base = chosenBase(context.base);
  const group = groupIndex(base.architecture, groupName);
  const format = boundaryFormat(base, group, context);
  if (!(await makeBoundary(context, parameters, groupName)))
    return recomputedSamples(context, parameters, group, format);
  return openSamples(boundaryFile(context.folders.scratch, groupName, context), format);
}

/** Has the file of the activations that enter a layer group, where there is room. @returns whether it is there */
export async function makeBoundary(
  context: StageContext,
  parameters: Parameters,
  groupName: string,
): Promise<boolean> {
  const { architecture } = chosenBase(context.base);
  const pathOf = (name: string): string => boundaryFile(context.folders.scratch, name, context);
  if (await isKept(pathOf(groupName), context.onProgress)) return true;
  // Stages to come ask for theirs, and one pass gives them all.
  const names = [...new Set([groupName, ...(context.boundaries ?? [])])];
  const { kept, missing } = await chooseFiles(context, await keptFiles(context, names, false));
  if (!kept.has(groupName)) return false;
  const written = names.filter((name) => kept.has(name) && missing.has(name));
  const boundaries = written.map((name) => [groupIndex(architecture, name), pathOf(name)] as const);
  await computeActivations(context, parameters, { boundaries: new Map(boundaries) });
  return isKept(pathOf(groupName), context.onProgress);
}

/** Pixels of all views; rendered when the cache does not have them, and whenever they are read where it has no room. */
export async function openPixels(context: StageContext): Promise<Samples> {
  const path = pixelFile(context.folders.scratch);
  const format = pixelFormat(chosenBase(context.base));
  if (!(await isKept(path, context.onProgress))) {
    const { kept } = await chooseFiles(context, await keptFiles(context, [], true));
    if (kept.has(PIXELS))
      await computeActivations(context, new Map(), { boundaries: new Map(), pixels: path });
    if (!(await isKept(path, context.onProgress))) return recomputedSamples(context, new Map(), 0, format);
  }
  return openSamples(path, format);
}

/** Of a number of the activations that are kept. */
export function numberBytes({ precision }: AskedPrecision): number {
  return precision?.asked === "bfloat16" ? 2 : 4;
}

/** The files of all views that stages of training read, with their sizes and what it costs to do without. */
export async function keptFiles(
  context: StageContext,
  boundaries: readonly string[],
  hasPixels: boolean,
): Promise<readonly KeptFile[]> {
  const { architecture, input } = chosenBase(context.base);
  const { scratch, dataset } = context.folders;
  const { rows } = viewRows((await readRecords(dataset)).records, context.augment.views);
  return [
    ...boundaries.map((name) => ({
      ...boundaryCandidate(architecture, input.size, name, rows, numberBytes(context)),
      path: boundaryFile(scratch, name, context),
    })),
    ...(hasPixels ? [{ ...pixelCandidate(input.size, rows), path: pixelFile(scratch) }] : []),
  ];
}

/** What a pass that makes features begins with. @returns with the context in whose numbers it computes */
export async function beginPass(context: StageContext) {
  const base = chosenBase(context.base);
  const parameters = await loadSound(base, context.base);
  const { records, summary } = await readRecords(context.folders.dataset);
  const precision = await checkPrecision(context, base, parameters);
  const checked: StageContext = { ...context, ...(precision === undefined ? {} : { precision }) };
  return { base, parameters, records, summary, precision, checked };
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

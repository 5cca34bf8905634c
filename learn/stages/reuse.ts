/** What earlier runs have computed of the images at hand: features, and activations as far as they are still kept. */
import { readImageRecords } from "../../data/dataset/dataset.js";
import type { EarlierFeatures } from "../../spec/engine/job.js";
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { ReusedFeatures } from "../../spec/records/features.js";
import { type KnownRow, knownRows } from "../samples/known.js";
import type { ViewRef } from "../samples/render.js";
import { isKept } from "../scratch/kept.js";
import { boundaryFile, type Outputs, pixelFile, type SampleFiles } from "./activations.js";
import type { StageContext } from "./job.js";

/** Names of what is kept in the scratch folder beside the features. */
export interface KeptBeside {
  /** Layer groups by position. */
  readonly boundaries: ReadonlyMap<number, string>;
  readonly pixels: boolean;
}

export interface Reuse {
  /** Whether activations and pixels are written as well; otherwise stages that need them compute them. */
  readonly writesBeside: boolean;
  readonly known: NonNullable<Outputs["known"]>;
  readonly reused: ReusedFeatures;
}

/**
 * Share of the views beyond which features alone are taken, where the activations are gone: those may have to be computed
 * later, in a pass of their own over everything, or may not be asked for at all.
 */
const WORTH_A_PASS = 0.5;

/**
 * @param views of all images, in the order of the rows
 * @returns undefined where nothing of it is known
 */
export async function findReuse(
  context: StageContext,
  earlier: readonly EarlierFeatures[],
  records: readonly ImageRecord[],
  views: readonly ViewRef[],
  beside: KeptBeside,
): Promise<Reuse | undefined> {
  const sets: EarlierSet[] = [];
  for (const one of earlier) sets.push(await openSet(context, one, beside));
  const known = (those: readonly EarlierSet[]) =>
    knownRows(
      views,
      records,
      those.map((set) => set.records),
      context.augment.views,
    );
  const whole = sets.filter(({ isWhole }) => isWhole);
  const [all, some] = [known(whole), known(sets)];
  const more = (countKnown(some) - countKnown(all)) / views.length;
  const [rows, taken] = more >= WORTH_A_PASS ? [some, sets] : [all, whole];
  if (countKnown(rows) === 0) return undefined;
  return {
    writesBeside: taken === whole,
    known: { rows, sets: taken.map(({ files }) => files) },
    reused: { images: countImages(rows, views, records.length), rows: countKnown(rows) },
  };
}

interface EarlierSet {
  readonly records: readonly ImageRecord[];
  readonly files: SampleFiles;
  /** All that is kept beside the features is there. */
  readonly isWhole: boolean;
}

async function openSet(
  context: StageContext,
  { images, features, scratch }: EarlierFeatures,
  beside: KeptBeside,
): Promise<EarlierSet> {
  const boundaries = new Map(
    [...beside.boundaries].map(([group, name]) => [group, boundaryFile(scratch, name, context)]),
  );
  const pixels = beside.pixels ? [pixelFile(scratch)] : [];
  let isWhole = true;
  for (const path of [...boundaries.values(), ...pixels]) isWhole &&= await isKept(path, context.onProgress);
  return {
    records: await readImageRecords(images),
    files: { features, boundaries, ...(beside.pixels ? { pixels: pixelFile(scratch) } : {}) },
    isWhole,
  };
}

const countKnown = (rows: readonly (KnownRow | undefined)[]): number =>
  rows.reduce((count, row) => count + (row === undefined ? 0 : 1), 0);

function countImages(
  rows: readonly (KnownRow | undefined)[],
  views: readonly ViewRef[],
  images: number,
): number {
  const computed = new Set(views.filter((_, row) => rows[row] === undefined).map(({ image }) => image));
  return images - computed.size;
}

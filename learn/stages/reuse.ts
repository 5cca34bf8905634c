/** What earlier runs have computed of the images at hand: features, and activations as far as they are still kept. */
import { readFile } from "node:fs/promises";
import { readImageRecords } from "../../data/dataset/dataset.js";
import { viewsOf } from "../../data/views/count.js";
import type { EarlierFeatures } from "../../spec/engine/job.js";
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { ReusedFeatures, ShardedFeatures, ShardImage } from "../../spec/records/features.js";
import { shardImageSchema } from "../../spec/schemas/records/files.js";
import { shapedLines } from "../../spec/schemas/shaped.js";
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
  /** Absent where that is nothing; likewise below. */
  readonly reused?: ReusedFeatures;
  readonly shards?: ShardedFeatures;
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
      those.map((set) => set.images),
    );
  const whole = sets.filter(({ isWhole }) => isWhole);
  const all = known(whole);
  const some = whole.length === sets.length ? all : known(sets);
  const more = (countKnown(some) - countKnown(all)) / views.length;
  // Who computes shards has decided that features come first.
  const [rows, taken] =
    more >= WORTH_A_PASS || sets.some(({ isShard }) => isShard) ? [some, sets] : [all, whole];
  if (countKnown(rows) === 0) return undefined;
  const from = (isOf: (set: EarlierSet) => boolean): ReusedFeatures | undefined => {
    const those = rows.map((row) => row !== undefined && isOf(taken[row.set] as EarlierSet));
    const count = those.filter(Boolean).length;
    return count === 0 ? undefined : { images: countImages(those, views, records.length), rows: count };
  };
  const [reused, sharded] = [from(({ isShard }) => !isShard), from(({ isShard }) => isShard)];
  return {
    writesBeside: taken.every(({ isWhole }) => isWhole),
    known: { rows, sets: taken.map(({ files }) => files) },
    ...(reused === undefined ? {} : { reused }),
    ...(sharded === undefined
      ? {}
      : { shards: { shards: taken.filter(({ isShard }) => isShard).length, ...sharded } }),
  };
}

interface EarlierSet {
  readonly images: readonly ShardImage[];
  readonly isShard: boolean;
  readonly files: SampleFiles;
  /** All that is kept beside the features is there. */
  readonly isWhole: boolean;
}

async function openSet(
  context: StageContext,
  { images, features, scratch }: EarlierFeatures,
  beside: KeptBeside,
): Promise<EarlierSet> {
  const isShard = typeof images !== "string";
  const own = isShard ? await imagesOfShard(images.shard) : await imagesOf(images, context.augment.views);
  if (scratch === undefined) {
    const wantsMore = beside.boundaries.size > 0 || beside.pixels;
    return { images: own, isShard, files: { features, boundaries: new Map() }, isWhole: !wantsMore };
  }
  const boundaries = new Map(
    [...beside.boundaries].map(([group, name]) => [group, boundaryFile(scratch, name, context)]),
  );
  const pixels = beside.pixels ? [pixelFile(scratch)] : [];
  let isWhole = true;
  for (const path of [...boundaries.values(), ...pixels]) isWhole &&= await isKept(path, context.onProgress);
  return {
    images: own,
    isShard,
    files: { features, boundaries, ...(beside.pixels ? { pixels: pixelFile(scratch) } : {}) },
    isWhole,
  };
}

async function imagesOf(file: string, perImage: number): Promise<readonly ShardImage[]> {
  const records = await readImageRecords(file);
  return records.map((record) => ({ sha256: record.sha256, views: viewsOf(record, perImage) }));
}

async function imagesOfShard(file: string): Promise<readonly ShardImage[]> {
  return shapedLines(await readFile(file), shardImageSchema, file);
}

const countKnown = (rows: readonly (KnownRow | undefined)[]): number =>
  rows.reduce((count, row) => count + (row === undefined ? 0 : 1), 0);

/** Images all of whose views are among those. */
function countImages(those: readonly boolean[], views: readonly ViewRef[], images: number): number {
  const others = new Set(views.filter((_, row) => !those[row]).map(({ image }) => image));
  return images - others.size;
}

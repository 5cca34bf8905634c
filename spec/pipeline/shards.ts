/** Shards: parts of the work on a large set of images, each an artifact of its own before a stage puts them together. */
import type { ArtifactRef } from "../artifact.js";
import { SHARD_IMAGES } from "../runFile/shardSize.js";
import type { RunInput } from "./run.js";
import { tuningDepths } from "./stages.js";

/** Kind of the artifact with one shard's features. */
export const SHARD_KIND = "shard";
/** Kind of the artifact that says which images are in which shard. */
export const SHARD_LIST_KIND = "shards";

/** Kind of the artifact with what ingest has read of some images. */
export const IMAGE_SHARD_KIND = "image-shard";
/** Kind of the artifact that says which images of a source are in which of those. */
export const IMAGE_SHARD_LIST_KIND = "image-shards";

export interface ShardPlan {
  /** The artifact with the list of the shards. */
  readonly list: ArtifactRef;
  readonly shards: number;
  /** Those that are not in the store, by number from 0, ascending. */
  readonly missing: readonly number[];
}

/** What an attempt at some shards came to. */
export interface ShardsDone {
  /** Those that it computed itself. */
  readonly computed: number;
}

/**
 * Activities that compute shards, at most. Each is some six events of the run's history, of which Temporal warns at 10,240
 * and ends the run at 51,200; where there are more shards than this, an activity computes several.
 */
export const MOST_PORTIONS = 500;

/** The shards of each activity, in order: as many activities as there are shards, or {@link MOST_PORTIONS}. */
export function portionsOf(
  missing: readonly number[],
  most: number = MOST_PORTIONS,
): readonly (readonly number[])[] {
  const size = Math.max(1, Math.ceil(missing.length / most));
  return Array.from({ length: Math.ceil(missing.length / size) }, (_, index) =>
    missing.slice(index * size, (index + 1) * size),
  );
}

/** Ids of the activities; the stage is in them, because candidate bases may have shards at the same time. */
export const shardPlanId = (stage: string): string => `${stage}-shards`;
export const portionId = (stage: string, number: number): string => `${stage}-shard-${number}`;
const SHARD_ID = /^(.+)-(?:shards|shard-\d+)$/;

/** The stage whose shards an activity plans or computes; undefined for one that does neither. */
export function stageOfShards(activityId: string): string | undefined {
  return SHARD_ID.exec(activityId)?.[1];
}

/**
 * Most images of a shard of features.
 * @returns undefined where the run has none. On its own a shard gives features only, and whoever reads activations then
 *   computes them in a pass of their own: that pays where machines share the shards, or nobody reads any
 */
export function shardImages({ file, base }: Pick<RunInput, "file" | "base">): number | undefined {
  // Run files of older clients say nothing of it.
  const asked = file.shards?.images ?? "off";
  if (asked === "off") return undefined;
  if (asked !== "auto") return asked;
  return (file.parallel ?? 1) > 1 || !readsActivations(file, base) ? SHARD_IMAGES : undefined;
}

function readsActivations(file: RunInput["file"], base: RunInput["base"]): boolean {
  if (file.compare.scratch) return true;
  return file.recipe !== "extractor-only" && tuningDepths(file, base).length > 0;
}

/**
 * Most images of a shard of ingest.
 * @returns undefined where the run has none. Pictures that shards have read are written once more by the stage that puts them
 *   together, which pays only where machines share them
 */
export function imageShardSize({ file }: Pick<RunInput, "file">): number | undefined {
  const asked = file.shards?.images ?? "off";
  if (asked === "off") return undefined;
  if (asked !== "auto") return asked;
  return (file.parallel ?? 1) > 1 ? SHARD_IMAGES : undefined;
}

/** Fewer have none: there would be nothing to share, nor much to lose. */
export function hasShards(images: number, most: number): boolean {
  return images >= 2 * most;
}

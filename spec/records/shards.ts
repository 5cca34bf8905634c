/** What the artifacts of shards hold, and how far shards have come. */

/** An image of a shard; the rows of its features are its views, the plain one first. */
export interface ShardImage {
  readonly sha256: string;
  /** From 1. */
  readonly views: number;
}

/** Some of the images of a set: those whose digests begin with these bits. */
export interface Shard {
  /** Zeros and ones; empty for all digests. */
  readonly prefix: string;
  /** In the order of their digests. */
  readonly images: readonly ShardImage[];
}

/** How far the shards of a stage have come. */
export interface ShardsAtWork {
  /** Those included that were in the store. */
  readonly done: number;
  readonly total: number;
  /** Absent until one has been computed. */
  readonly etaSeconds?: number;
}

/** E.g. `12 of 50 shards`. */
export const shardsText = ({ done, total }: ShardsAtWork): string => `${done} of ${total} shards`;

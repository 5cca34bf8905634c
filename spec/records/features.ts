/** What the features stage says of its features, and the shards that it puts together. */
import type { PrecisionCheck } from "../engine/precision.js";

/** How many of them were taken from earlier runs: the same bytes as if they had been computed. */
export interface ReusedFeatures {
  /** Images of which nothing had to be computed. */
  readonly images: number;
  /** Views, those of other images included. */
  readonly rows: number;
}

/** How many of them were computed in shards before the stage put them together. */
export interface ShardedFeatures {
  readonly shards: number;
  /** Images all of whose views they have, those of earlier runs not counted. */
  readonly images: number;
  readonly rows: number;
}

/** How fast the frozen base was, pictures that were ready given. */
export interface PassSpeed {
  /** Median of the batches after the first one, which TensorFlow takes to prepare itself. */
  readonly viewsPerSecond: number;
  /** Batches that were timed. */
  readonly batches: number;
  /** What computed it, in words: the processor and how many of them, or a GPU. */
  readonly machine: string;
}

/** Views a second, as far as they can be trusted on a shared machine: two digits. */
export const speedText = ({ viewsPerSecond }: PassSpeed): string =>
  String(Number(viewsPerSecond.toPrecision(2)));

/** What is kept on the worker's disk beside the features, for the stages that train. It changes no number. */
export interface KeptActivations {
  /** Of what is kept. */
  readonly bytes: number;
  /** Of all that stages of the run will read. */
  readonly wanted: number;
  /** Layer groups whose input is kept; `pixels` for the views themselves. */
  readonly kept: readonly string[];
  /** What does not fit, and is computed in every epoch of the stages that read it. */
  readonly recomputed: readonly string[];
}

/** E.g. `activations: 5.4 GB of 8 GB kept; blocks.5 recomputed in each epoch`. */
export function keptSentence({ bytes, wanted, recomputed }: KeptActivations): string {
  const again = recomputed.length === 0 ? "" : `; ${recomputed.join(", ")} recomputed in each epoch`;
  return `activations: ${bytesInWords(bytes)} of ${bytesInWords(wanted)} kept${again}`;
}

/** Two digits, in the largest unit of which there is one: `5.4 GB`. */
export function bytesInWords(bytes: number): string {
  const [unit, name] = UNITS.find(([size]) => bytes >= size) ?? UNITS[UNITS.length - 1] ?? [1, "B"];
  return `${Number((bytes / unit).toPrecision(2))} ${name}`;
}

const UNITS: readonly (readonly [number, string])[] = [
  [1e12, "TB"],
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
  [1, "B"],
];

export interface FeaturesSummary {
  /** Views of all images. */
  readonly rows: number;
  /** Of one feature vector. */
  readonly length: number;
  /** Of a training image. */
  readonly views: number;
  readonly seconds: number;
  /** Absent in artifacts of older versions. */
  readonly images?: number;
  /** Absent where fewer than two batches were computed, and in artifacts of older versions. */
  readonly speed?: PassSpeed;
  /** Absent where everything was computed. */
  readonly reused?: ReusedFeatures;
  /** Absent where there were no shards. */
  readonly shards?: ShardedFeatures;
  /** Absent where the run asks for float32. */
  readonly precision?: PrecisionCheck;
  /** Absent where nothing was to be kept, and in artifacts of older versions. */
  readonly activations?: KeptActivations;
}

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

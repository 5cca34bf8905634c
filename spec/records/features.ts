/** What the features stage says of its features. */
import type { PrecisionCheck } from "../engine/precision.js";

/** How many of them were taken from earlier runs: the same bytes as if they had been computed. */
export interface ReusedFeatures {
  /** Images of which nothing had to be computed. */
  readonly images: number;
  /** Views, those of other images included. */
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
  /** Absent where the run asks for float32. */
  readonly precision?: PrecisionCheck;
}

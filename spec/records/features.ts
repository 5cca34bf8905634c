/** What the features stage says of its features. */
import type { PrecisionCheck } from "../engine/precision.js";

/** How many of them were taken from earlier runs: the same bytes as if they had been computed. */
export interface ReusedFeatures {
  /** Images of which nothing had to be computed. */
  readonly images: number;
  /** Views, those of other images included. */
  readonly rows: number;
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
  /** Absent where everything was computed. */
  readonly reused?: ReusedFeatures;
  /** Absent where the run asks for float32. */
  readonly precision?: PrecisionCheck;
}

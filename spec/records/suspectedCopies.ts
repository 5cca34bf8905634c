/** Images of different splits that may be one picture, by the distance of the base's features. */
import type { FaultImage, Listed } from "./dataset.js";

export interface SuspectedPair {
  /** A test or validation image, and the nearest one of the splits before it (train, validation, test). */
  readonly image: FaultImage;
  readonly nearest: FaultImage;
  /** Cosine of their features, in [−1, 1]. */
  readonly similarity: number;
}

/** The most similar first. */
export interface SuspectedCopies extends Listed<SuspectedPair> {
  /** Validation and test images that were compared with the other splits. */
  readonly compared: number;
  /** Similarity below which no pair is suspected. */
  readonly threshold: number;
}

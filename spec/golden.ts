/** What a built-in picture gives where a base is added or a model evaluated, kept to be compared wherever it is loaded. */

export type GoldenDevice = "cpu" | "gpu";

/** Of a base. */
export interface Golden {
  /** Which picture, and how the features are summed up: changes with `learn/network/golden.ts`. */
  readonly picture: number;
  /** What computed it: graphics processors round products to ten bits where they may. */
  readonly device: GoldenDevice;
  /** Root mean square of the features. */
  readonly scale: number;
  /** Sums of the features under fixed random signs, divided by the root of how many there are. */
  readonly features: readonly number[];
}

/** Of a model: with the probability of each class, in the order of its classes, at its temperature. */
export interface ModelGolden extends Golden {
  readonly probabilities: readonly number[];
}

/** Range of temperatures that are ever fitted: beyond it probabilities are one-hot or uniform to float32. */
export const COLDEST = 0.05;
export const HOTTEST = 20;

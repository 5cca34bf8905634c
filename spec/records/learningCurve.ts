/** What more images would buy, as the recipe measures it with a linear probe. */

export interface LearningCurve {
  /** Random draws of the smaller parts, over all folds. */
  readonly draws: number;
  /** Mean accuracy with so many training images, ascending; the last point has all that were measured. */
  readonly points: readonly {
    /** A share of those outside of a fold on the mean: no whole number. */
    readonly images: number;
    readonly accuracy: number;
    /** Standard deviation between draws. */
    readonly spread: number;
  }[];
  /** `1 − accuracy = floor + factor · images^(−exponent)`, fitted to the points. */
  readonly law: { readonly floor: number; readonly factor: number; readonly exponent: number };
  /** What the law says of all images that there are; a fold's are held back from each fit. */
  readonly now: { readonly images: number; readonly accuracy: number };
  readonly more: readonly MoreImages[];
  /** Accuracy at the last point, foretold by the law of the points before it. */
  readonly foretold: number;
  /** `uncertain`: the law does not foretell its own last point, or the intervals say nothing. */
  readonly verdict: "rising" | "flat" | "uncertain";
}

/** What the law expects of `times` as many images. */
export interface MoreImages {
  readonly times: number;
  readonly accuracy: number;
  /** 95 %, by a bootstrap over the draws. */
  readonly interval: readonly [number, number];
  /** Accuracy less that with all images that there are. */
  readonly gain: number;
  readonly gainInterval: readonly [number, number];
}

/** What the evaluation draws of the final network: where it found its evidence, and how its features lie. */
import type { Prediction } from "./evaluation.js";

/** Grad-CAM of an image for the class that was predicted. */
export interface ActivationMap extends Prediction {
  /** `[rows, columns]`, row after row, in [0, 1]: the largest is 1, and all are 0 where nothing spoke for the class. */
  readonly values: readonly number[];
  /** Size of the picture in pixels, and side of the square in its middle that the network was shown. */
  readonly width: number;
  readonly height: number;
  readonly side: number;
}

/** The content of `activation-maps.json`. */
export interface ActivationMaps {
  readonly rows: number;
  readonly columns: number;
  readonly maps: readonly ActivationMap[];
  /** Paths of the test images that were rightly given each class with most confidence, in the order of the classes. */
  readonly surest: readonly (readonly string[])[];
}

/** An image on the map of features. */
export interface FeaturePoint {
  readonly path: string;
  /** Index into the classes. */
  readonly label: number;
  /** Of test images only: training images say nothing by being right. */
  readonly predicted?: number;
  /** Along the first and the second principal component. */
  readonly x: number;
  readonly y: number;
}

/** The content of `feature-map.json`. */
export interface FeatureMap {
  /** Shares in [0, 1] of the variance of the features that lie along the two components. */
  readonly explained: readonly [number, number];
  readonly points: readonly FeaturePoint[];
}

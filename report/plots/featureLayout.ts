/** Places the points of the feature map in a picture: one scale for both axes, since distances are what is shown. */
import type { FeatureMap, FeaturePoint } from "../../spec/records/visuals.js";

export interface PlacedPoint extends FeaturePoint {
  /** In pixels from the top left. */
  readonly left: number;
  readonly top: number;
}

export interface FeatureLayout {
  readonly width: number;
  readonly height: number;
  readonly points: readonly PlacedPoint[];
}

const MARGIN = 12;
/** Height over width: a flatter map would be hard to read, a higher one would not fit a screen. */
const LEAST_SHARE = 0.45;
const MOST_SHARE = 0.75;

export function layOut({ points }: FeatureMap, width: number): FeatureLayout {
  const [left, right] = range(points.map(({ x }) => x));
  const [bottom, top] = range(points.map(({ y }) => y));
  const inner = width - 2 * MARGIN;
  const across = right - left || 1;
  const height = Math.min(
    MOST_SHARE * width,
    Math.max(LEAST_SHARE * width, (inner * (top - bottom)) / across + 2 * MARGIN),
  );
  const scale = Math.min(inner / across, (height - 2 * MARGIN) / (top - bottom || 1));
  const place = (value: number): number => Number(value.toFixed(1));
  return {
    width,
    height: Math.round(height),
    points: points.map((point) => ({
      ...point,
      left: place(width / 2 + scale * (point.x - (left + right) / 2)),
      top: place(height / 2 - scale * (point.y - (bottom + top) / 2)),
    })),
  };
}

function range(values: readonly number[]): readonly [number, number] {
  return [
    values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
    values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
  ];
}

/** Vertical axis of a learning curve: per cent for accuracies; linear or logarithmic for losses. */
import type * as Plot from "@observablehq/plot";
import type { Measure, Point } from "./curvePoints.js";

/** Losses that span more than this factor are drawn on a logarithmic axis. */
const WIDE_SPAN = 25;
/** Share of the axis above the highest loss: a point on the frame would lie over the words above it. */
const HEADROOM = 0.05;

export interface YAxis {
  readonly scale: Plot.ScaleOptions;
  /** Number of ticks, or the ticks. */
  readonly ticks: number | number[];
}

export function yAxis({ name }: Measure, points: readonly Point[]): YAxis {
  const values = points.map(({ y }) => y);
  if (values.length === 0) return { scale: { domain: [0, 1], axis: null }, ticks: 5 };
  const lowest = Math.min(...values);
  const highest = Math.max(...values);
  // Accuracies end at 100 %, and the axis spans ten points at least.
  if (name === "accuracy")
    return { scale: { domain: [Math.min(0.9, Math.floor(lowest * 10) / 10), 1], axis: null }, ticks: 5 };
  if (lowest > 0 && highest / lowest > WIDE_SPAN) {
    const ticks = logarithmicTicks(lowest, highest * (highest / lowest) ** HEADROOM);
    return { scale: { type: "log", domain: [ticks[0], ticks.at(-1)], axis: null }, ticks };
  }
  return {
    scale: { domain: [0, highest > 0 ? highest * (1 + HEADROOM) : 1], nice: true, axis: null },
    ticks: 5,
  };
}

/** Round numbers 1, 2, 5, 10… from below `lowest` to above `highest`, both positive. */
function logarithmicTicks(lowest: number, highest: number): number[] {
  const first = Math.floor(Math.log10(lowest));
  const last = Math.ceil(Math.log10(highest));
  const steps = Array.from({ length: last - first + 1 }, (_, index) => first + index).flatMap((exponent) =>
    [1, 2, 5].map((digit) => Number(`${digit}e${exponent}`)),
  );
  const from = steps.findLastIndex((step) => step <= lowest);
  const to = steps.findIndex((step) => step >= highest);
  return steps.slice(Math.max(0, from), to + 1);
}

export function tickFormat({ name }: Measure): (value: number) => string {
  return name === "accuracy" ? inPercent : (value) => String(value);
}

/** Of a share in [0, 1], as ticks have it: without decimals. */
export const inPercent = (share: number): string => `${Math.round(share * 100)} %`;

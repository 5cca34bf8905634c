/** What the learning curves show of a stage, as points: loss and accuracy, where they began and were best. */
import type { EpochRecord } from "../../spec/records/training.js";
import { position, type Segment } from "./epochAxis.js";

/** One of the two measures that are followed during training. */
export interface Measure {
  readonly name: "loss" | "accuracy";
  readonly training: (record: EpochRecord) => number;
  readonly validation: (record: EpochRecord) => number;
  /** Validation figure that a stage had to beat. */
  readonly before: (segment: Segment) => number | undefined;
}

/** A point of a curve: pixels from the start of the axis, and the value. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly stage: string;
}

export const LOSS: Measure = {
  name: "loss",
  training: (record) => record.loss,
  validation: (record) => record.validationLoss,
  before: ({ stage }) => stage.before?.validationLoss,
};
export const ACCURACY: Measure = {
  name: "accuracy",
  training: (record) => record.accuracy,
  validation: (record) => record.validationAccuracy,
  before: ({ stage }) => stage.before?.validationAccuracy,
};

const finite = ({ y }: Point): boolean => Number.isFinite(y);

export function pointsOf(
  segments: readonly Segment[],
  value: (record: EpochRecord) => number,
): readonly Point[] {
  return segments
    .flatMap((segment) =>
      segment.stage.history.map((record) => ({
        x: position(segment, record.epoch),
        y: value(record),
        stage: segment.stage.name,
      })),
    )
    .filter(finite);
}

/** The validation line of a stage starts at the level that the stage found. */
export function startPoints(segments: readonly Segment[], { before }: Measure): readonly Point[] {
  return segments
    .map((segment) => ({ x: segment.start, y: before(segment) ?? Number.NaN, stage: segment.stage.name }))
    .filter(finite);
}

export function bestPoints(segments: readonly Segment[], { validation }: Measure): readonly Point[] {
  return segments
    .flatMap((segment) =>
      segment.stage.history
        .filter(({ epoch }) => epoch === segment.stage.bestEpoch)
        .map((record) => ({
          x: position(segment, record.epoch),
          y: validation(record),
          stage: segment.stage.name,
        })),
    )
    .filter(finite);
}

export function levels(segments: readonly Segment[], { before }: Measure) {
  return segments
    .map((segment) => ({ start: segment.start, end: segment.end, y: before(segment) ?? Number.NaN }))
    .filter(({ y }) => Number.isFinite(y));
}

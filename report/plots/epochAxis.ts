/** One continuous axis for stages of unlike length: each stage is a segment with its own epochs. */
import type { TrainingStage } from "../trainingStages.js";

export interface Segment {
  readonly stage: TrainingStage;
  /** Left and right edge in pixels from the start of the axis. */
  readonly start: number;
  readonly end: number;
  /** Pixels between two epochs. */
  readonly step: number;
}

/** Room for the name of a segment, e.g. "unfrozen: blocks.6 and up". */
const LEAST_WIDTH = 168;
/** Labels of epochs need this many pixels each. */
const LABEL_WIDTH = 26;
const TICK_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500];

/**
 * Lays the stages out side by side: every stage gets the least width, what is left is shared in proportion
 * to the epochs. The axis is longer than `width` when there are too many stages for it.
 * @param width wanted length of the axis in pixels
 */
export function layOut(stages: readonly TrainingStage[], width: number): readonly Segment[] {
  const epochs = stages.map(({ history }) => history.length);
  const total = Math.max(
    1,
    epochs.reduce((sum, count) => sum + count, 0),
  );
  const spare = Math.max(0, width - stages.length * LEAST_WIDTH);
  let start = 0;
  return stages.map((stage, index) => {
    const count = epochs[index] ?? 0;
    const end = start + LEAST_WIDTH + (spare * count) / total;
    // Epoch 0 lies on the boundary; half an epoch of air remains after the last one.
    const segment = { stage, start, end, step: (end - start) / (count + 0.5) };
    start = end;
    return segment;
  });
}

/** Position of an epoch on the axis in pixels. @param epoch counted from 1; 0 is the state before the stage */
export function position(segment: Segment, epoch: number): number {
  return segment.start + segment.step * epoch;
}

/** Epochs to label: every one if there is room, else round numbers and the first. */
export function labelledEpochs({ stage, step }: Segment): readonly number[] {
  const every = TICK_STEPS.find((candidate) => candidate * step >= LABEL_WIDTH) ?? 1000;
  return stage.history
    .map(({ epoch }) => epoch)
    .filter((epoch) => epoch % every === 0 || (epoch === 1 && (every > 2 || stage.history.length === 1)));
}

/** What is told to a stage while it trains, applied between two batches. */
import type { EngineControl, StopReason } from "../../spec/engine/job.js";
import type { AppliedChange } from "../../spec/records/training.js";
import type { FitState } from "./fitState.js";

/** The far end of the commands. */
export interface ControlSource {
  /** Commands that have come since it was last asked, in order. */
  take(): readonly EngineControl[];
  /** Hears of every change that counts, also of those that a checkpoint brought along. */
  applied(change: AppliedChange): void;
}

/** Settings that can be changed while training goes on. */
export interface Course {
  readonly epochs: number;
  readonly patience: number;
  /** Factor on all rates. */
  readonly rateFactor: number;
  /** Whether to end here with the best weights. */
  readonly finished: boolean;
}

/** The settings after all changes so far; a later one of the same setting counts. */
export function courseOf(
  { epochs, patience }: Pick<Course, "epochs" | "patience">,
  changes: readonly AppliedChange[],
): Course {
  return changes.reduce<Course>(
    (course, change) => ({
      epochs: change.epochs ?? course.epochs,
      patience: change.patience ?? course.patience,
      rateFactor: change.learningRate ?? course.rateFactor,
      finished: course.finished || change.finish === true,
    }),
    { epochs, patience, rateFactor: 1, finished: false },
  );
}

/** What a command asks for besides a change of the course. */
export interface Demands {
  readonly checkpoint: boolean;
  readonly stop: StopReason | undefined;
}

/** Enters the changes among the waiting commands into the state. A command that comes twice is answered, and that is all. */
export function applyControls(source: ControlSource | undefined, state: FitState): Demands {
  let checkpoint = false;
  let stop: StopReason | undefined;
  for (const control of source?.take() ?? []) {
    if (control.kind === "checkpoint") checkpoint = true;
    else if (control.kind === "stop") stop = control.reason;
    else {
      const known = state.changes.find(({ seq }) => seq === control.seq);
      const change = known ?? changeOf(control, state);
      if (known === undefined) state.changes.push(change);
      source?.applied(change);
    }
  }
  return { checkpoint, stop };
}

function changeOf(
  control: Extract<EngineControl, { seq: number }>,
  { epoch, step }: FitState,
): AppliedChange {
  if (control.kind === "finish") return { seq: control.seq, epoch, step, finish: true };
  const { kind: _kind, ...settings } = control;
  return { ...settings, epoch, step };
}

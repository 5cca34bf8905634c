/** Steering a run while it goes on: the commands, who gave them, and where they took effect. */

/** Temporal Update that takes a {@link SteerRequest} and answers with its {@link SteerRecord}. */
export const STEER_UPDATE = "steer";
/** Signal from a training activity: an {@link AppliedCommand}. */
export const APPLIED_SIGNAL = "applied";

/** Kinds of stages that take `set` and `finish`. Folds and the scratch comparison stay as the run file has them. */
export const STEERABLE_KINDS: readonly string[] = ["head", "tune"];

/**
 * Bounds of the factor on the learning rates: a thousandth moves nothing any more, and ten times a rate that works
 * diverges.
 */
export const RATE_FACTORS = { least: 0.001, most: 10 } as const;

/** New values for the stage that is at work; the stages after it keep the run file's. */
export interface SteerSettings {
  /** Factor on the rates of all layer groups, relative to the run file's. */
  readonly learningRate?: number;
  /** Epochs without a better validation loss, from 1. */
  readonly patience?: number;
  /** Most epochs, from 1. */
  readonly epochs?: number;
}

export type SteerCommand =
  | { readonly kind: "pause" }
  | { readonly kind: "unpause" }
  | ({ readonly kind: "set" } & SteerSettings)
  /** End the stage now with its best weights; the run goes on. */
  | { readonly kind: "finish" };

export interface SteerRequest {
  readonly command: SteerCommand;
  /** `user@host`. */
  readonly by: string;
}

/** Where a command took effect; without epoch and step before the stage's job began. */
export interface AppliedAt {
  readonly stage: string;
  /** From 1. */
  readonly epoch?: number;
  /** Step of the epoch, from 1; what was set counts from it on. */
  readonly step?: number;
}

/** What a training activity reports. */
export interface AppliedCommand extends AppliedAt {
  readonly seq: number;
}

/** A command that the run has accepted. */
export interface SteerRecord extends SteerRequest {
  /** From 1, in the order of acceptance. */
  readonly seq: number;
  /** ISO 8601. */
  readonly at: string;
  /** The stage that was at work. */
  readonly stage?: string;
  /** `missed`: the stage ended, or the run was unpaused, before it could take effect. */
  readonly state: "accepted" | "applied" | "missed";
  readonly applied?: AppliedAt & { readonly at: string };
}

export interface Pause {
  /** ISO 8601. */
  readonly since: string;
  readonly by: string;
}

/** Everything that a run was told. */
export interface RunControl {
  /** Present while the run is paused, or about to be. */
  readonly paused?: Pause;
  readonly commands: readonly SteerRecord[];
}

/** `control/RUN.json`: how commands reach the training activity. */
export interface ControlFile {
  readonly runId: string;
  readonly commands: readonly SteerRecord[];
}

/** Whether the last word about pausing was `pause`. @param after pauses up to this number are old news */
export function pauseIn(commands: readonly SteerRecord[], after: number): SteerRecord | undefined {
  const last = commands.findLast(({ command }) => command.kind === "pause" || command.kind === "unpause");
  return last?.command.kind === "pause" && last.seq > after ? last : undefined;
}

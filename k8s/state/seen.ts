/** A pod's state before its surroundings are added. */
import type { PodReason, PodState } from "../../spec/pods/pod.js";

export type Seen = Omit<PodState, "pod" | "node" | "ended" | "lastEnd"> & {
  /** Since when it has waited, for the patience that `phase` has. */
  readonly since?: Date | undefined;
};

/** Waiting longer would change nothing. */
export const endedWith = (
  reason: PodReason,
  sentence: string,
  final: NonNullable<PodState["final"]>,
): Seen => ({
  phase: "ended",
  reason,
  sentence,
  final,
});

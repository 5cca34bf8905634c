/** Which of the stages that wait for the same worker it takes first, in Temporal's terms. Artifacts and keys do not know of it. */
import type { RunFile } from "../runFile/runFile.js";

/** Temporal's: 1 goes first. */
export const FIRST_PRIORITY = 1;
export const LAST_PRIORITY = 5;
/** Temporal's own for what says nothing. */
export const USUAL_PRIORITY = 3;

/** What a workflow is started with; its activities and children have the same unless they say otherwise. */
export interface TaskPriority {
  /** From {@link FIRST_PRIORITY} to {@link LAST_PRIORITY}. */
  readonly priorityKey: number;
  /** Those of one priority take turns by it: the model's name, of 40 bytes at most where Temporal takes 64. */
  readonly fairnessKey: string;
}

/**
 * `schedule`: nobody waits for it, so it goes one behind what a person starts. `question`: what a retraining asks beside its
 * run takes minutes, a stage may take a day, so it goes one before that.
 */
export type Asker = "person" | "schedule" | "question";

const STEPS: Readonly<Record<Asker, number>> = { person: 0, schedule: 1, question: -1 };

/** @param file run files of older clients have no `priority` */
export function priorityOf(
  { name, priority = USUAL_PRIORITY }: Pick<RunFile, "name"> & Partial<Pick<RunFile, "priority">>,
  asker: Asker,
): TaskPriority {
  const key = priority + STEPS[asker];
  return { priorityKey: Math.min(LAST_PRIORITY, Math.max(FIRST_PRIORITY, key)), fairnessKey: name };
}

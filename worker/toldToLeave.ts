/**
 * SIGTERM before there is anything to end. The first process of a container gets no signal that it does not handle, so
 * a pod that is told to leave while its worker still loads would stay for its whole grace. Imports little: it has to
 * be there before all else is loaded.
 */
import { LEFT_EXIT_CODE } from "../spec/pods/pod.js";

/** A run's own worker must not end well before its run has, or its Job would count as done. */
export const exitCodeOfLeaving = (): number => (process.env.THAW_RUN_ID === undefined ? 0 : LEFT_EXIT_CODE);

const leave = (): void => process.exit(exitCodeOfLeaving());
process.once("SIGTERM", leave);

/** @returns a signal that is aborted by SIGTERM from now on */
export function toldToLeave(): AbortSignal {
  const told = new AbortController();
  process.once("SIGTERM", () => told.abort());
  process.off("SIGTERM", leave);
  return told.signal;
}

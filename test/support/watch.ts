/** Waits for a run to get somewhere. */

import { type RunView, watchRun } from "../../client/runs/watch.js";
import type { Session } from "../../client/session.js";

/** Each look costs the server, the control worker and this process 20 ms of a processor together. */
const INTERVAL_MS = 300;

/** Watches until a view is as wanted. @throws Error with the last view after five minutes: a busy machine is no reason to fail */
export async function watchUntil(
  session: Session,
  runId: string,
  wanted: (view: RunView) => boolean,
): Promise<RunView> {
  const signal = AbortSignal.timeout(300_000);
  let last: RunView | undefined;
  for await (const view of watchRun(session, runId, { intervalMs: INTERVAL_MS, signal })) {
    last = view;
    if (wanted(view)) return view;
  }
  throw new Error(`the run never got there: ${JSON.stringify(last)}`);
}

/** Watches until the run has ended, however. */
export const watchToEnd = (session: Session, runId: string): Promise<RunView> =>
  watchUntil(session, runId, ({ status }) => status !== "running");

/** @returns undefined where the run has no such stage */
export const stateOf = ({ stages }: RunView, stage: string): string | undefined =>
  stages.find(({ name }) => name === stage)?.state;

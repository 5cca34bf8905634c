/** Waits for a run to get somewhere. */
import { setTimeout as sleep } from "node:timers/promises";
import { type RunView, watchRun } from "../../client/runs/watch.js";
import type { Session } from "../../client/session.js";

/** A busy machine is no reason to fail. */
const PATIENCE_MS = 300_000;
/** Each look costs the server, the control worker and this process 20 ms of a processor together. */
const INTERVAL_MS = 300;

/** Watches until a view is as wanted. @throws Error with the last view after five minutes */
export async function watchUntil(
  session: Session,
  runId: string,
  wanted: (view: RunView) => boolean,
): Promise<RunView> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  let last: RunView | undefined;
  for await (const view of watchRun(session, runId, { intervalMs: INTERVAL_MS, signal })) {
    last = view;
    if (wanted(view)) return view;
  }
  throw new Error(`the run never got there: ${JSON.stringify(last)}`);
}

/** Waits until the run has ended, however. The server says so: to look on meanwhile takes two servers and a worker 15 ms each time. */
export async function watchToEnd(session: Session, runId: string): Promise<RunView> {
  const ended = session.temporal.workflow.getHandle(runId).result();
  await Promise.race([ended.catch(() => undefined), sleep(PATIENCE_MS, undefined, { ref: false })]);
  return watchUntil(session, runId, ({ status }) => status !== "running");
}

/** @returns undefined where the run has no such stage */
export const stateOf = ({ stages }: RunView, stage: string): string | undefined =>
  stages.find(({ name }) => name === stage)?.state;

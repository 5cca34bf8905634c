/** Tells the workflow how far its stage has come, for the details in the Temporal UI, so seldom that histories stay small. */
import type { Context } from "@temporalio/activity";
import { PROGRESS_SIGNAL, type StageProgress } from "../../spec/pipeline/run.js";
import type { Progress } from "../../spec/records/training.js";

/** Nobody looks more often, and most stages of small sets are over by then. */
const LEAST_MS = 10_000;
/**
 * The news are at most as old as a quarter of the stage's time so far: 4 signals in the first 40 seconds, 24 in an hour,
 * 38 in the day that a stage may take. Each is four events of a history that may have 51,200.
 */
const SHARE = 0.25;
/** Beginnings and ends of outages of the store that are told besides, as soon as they are {@link LEAST_MS} after the last news. */
const MOST_TURNS = 50;

/** @param tell may fail: nobody waits for it, and the next one says more */
export function progressSignals(
  stage: string,
  tell: (news: StageProgress) => Promise<void>,
  now: () => number = () => performance.now(),
): (progress: Progress) => void {
  const began = now();
  let last = began;
  let wasAway = false;
  let turns = 0;
  return ({ epochEnd: _epochEnd, images: _images, ...progress }) => {
    const at = now();
    const isAway = progress.outage !== undefined;
    const isTurn = isAway !== wasAway && turns < MOST_TURNS;
    if (at - last < (isTurn ? LEAST_MS : Math.max(LEAST_MS, SHARE * (at - began)))) return;
    if (isTurn) turns += 1;
    wasAway = isAway;
    last = at;
    tell({ stage, progress }).catch(() => undefined);
  };
}

/** By a signal to the workflow of the activity. */
export function signalProgress({ client, info }: Context): (news: StageProgress) => Promise<void> {
  const handle = client.workflow.getHandle(info.workflowExecution?.workflowId ?? "");
  return (news) => handle.signal(PROGRESS_SIGNAL, news);
}

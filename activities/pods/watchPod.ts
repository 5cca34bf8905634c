/** Follows a run's pod as long as its Job is there, and tells the run's workflow what becomes of it. */
import { ApplicationFailure, Context } from "@temporalio/activity";
import { POD_SIGNAL, type PodState } from "../../spec/pods/pod.js";
import type { PodRequest } from "../../spec/pods/request.js";
import { POD_RESTART_CAUSES, type PodRestartCause } from "../metrics/definitions.js";
import { type Metrics, NO_METRICS } from "../metrics/metrics.js";
import { type PodDependencies, remember, surroundingsOf } from "./cluster.js";

/** Often enough for the heartbeat timeout of `workflows/pods.ts`. */
const BEAT_MS = 2_000;

interface WatchDependencies {
  readonly pods: PodDependencies;
  readonly metrics?: Metrics;
}

/**
 * Returns when the Job is gone.
 * @throws ApplicationFailure, not to be retried, when the pod has ended in a way that no other pod would mend
 */
export async function watchPod(
  { pods, metrics = NO_METRICS }: WatchDependencies,
  request: PodRequest,
): Promise<void> {
  const { client, info, cancellationSignal: signal, heartbeat } = Context.current();
  const { place, settings } = await surroundingsOf(pods, request);
  remember(place);
  const [{ watchJob }, { podState }, { secondsIn }] = await Promise.all([
    import("../../k8s/job/watch.js"),
    import("../../k8s/state/podState.js"),
    import("../../spec/pods/duration.js"),
  ]);
  const patience = {
    queue: secondsIn(settings.timeouts.queue),
    start: secondsIn(settings.timeouts.start),
  };
  const workflow = client.workflow.getHandle(info.workflowExecution?.workflowId ?? "");
  const { group, lane } = request;
  const whose = { ...(group === undefined ? {} : { group }), ...(lane === undefined ? {} : { lane }) };
  let last: PodState | undefined;
  let toldAt = 0;
  // Those that ended before a control worker took this over have been counted by the one before.
  let counted = info.attempt === 1 ? 0 : undefined;
  const pulse = setInterval(() => heartbeat(last), BEAT_MS);
  try {
    for await (const snapshot of watchJob(place, signal)) {
      const state = { ...whose, ...podState(snapshot, patience, new Date()) };
      const { ended = 0 } = state;
      if (ended > (counted ?? ended) && state.final === undefined) metrics.podRestarted(causeOf(state));
      counted = ended;
      if (isNews(last, state, performance.now() - toldAt)) {
        await workflow.signal(POD_SIGNAL, state);
        last = state;
        toldAt = performance.now();
      }
      if (state.final !== undefined) throw failureOf(state, state.final);
      if (state.reason === "gone") return;
    }
  } finally {
    clearInterval(pulse);
  }
  signal.throwIfAborted();
}

function causeOf({ lastEnd }: PodState): PodRestartCause {
  return POD_RESTART_CAUSES.find((cause) => cause === lastEnd?.reason) ?? "other";
}

/**
 * Every signal is kept in the run's history for good, and in a large cluster the scheduler's sentence changes all the
 * time.
 */
const SAME_REASON_MS = 30_000;

export function isNews(last: PodState | undefined, now: PodState, sinceMs: number): boolean {
  const { sentence: _told, ...before } = last ?? {};
  const { sentence: _new, ...after } = now;
  if (JSON.stringify(before) !== JSON.stringify(after)) return true;
  return last?.sentence !== now.sentence && sinceMs >= SAME_REASON_MS;
}

function failureOf({ sentence, reason, pod }: PodState, { code, hint }: NonNullable<PodState["final"]>) {
  return ApplicationFailure.create({
    message: `${pod === undefined ? "the run's pod" : `pod ${pod}`} (${reason}): ${sentence}`,
    type: code,
    nonRetryable: true,
    details: [{ hint }],
  });
}

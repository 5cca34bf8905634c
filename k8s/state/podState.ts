/** What a run's pod does, waits for or ended with: a pure function of what the cluster says. */
import type { CoreV1Event, V1Job, V1Pod } from "@kubernetes/client-node";
import type { ErrorCode } from "../../spec/errors.js";
import type { PodState } from "../../spec/pods/pod.js";
import { crashLoop, jobEnd } from "./jobEnd.js";
import { missingPod } from "./missingPod.js";
import { pendingPod } from "./pendingPod.js";
import { podEnd } from "./podEnd.js";
import type { Seen } from "./seen.js";
import { currentPod, endedPods, hasEnded, latestEvent, type Snapshot } from "./snapshot.js";

/** Seconds that a pod may wait for a node, and take to start when it has one. */
export interface Patience {
  readonly queue: number;
  readonly start: number;
}

export function podState(snapshot: Snapshot, patience: Patience, now: Date): PodState {
  const { job, pods, events } = snapshot;
  const pod = currentPod(pods);
  const ends = endedPods(pods);
  const { since, ...seen } = job === undefined ? GONE : see(job, pod, ends, events);
  const lastEnd = ends.at(-1);
  const end = lastEnd === undefined ? undefined : podEnd(lastEnd);
  const name = pod?.metadata?.name;
  const node = pod?.spec?.nodeName;
  const state: PodState = {
    ...seen,
    ...(name === undefined ? {} : { pod: name }),
    ...(node === undefined ? {} : { node }),
    ...(ends.length === 0 ? {} : { ended: ends.length }),
    ...(end === undefined ? {} : { lastEnd: end }),
  };
  return state.final === undefined ? outOfPatience(state, since, patience, now) : state;
}

const GONE: Seen = { phase: "ended", reason: "gone", sentence: "its Job is gone: somebody deleted it" };

function see(
  job: V1Job,
  pod: V1Pod | undefined,
  ends: readonly V1Pod[],
  events: readonly CoreV1Event[],
): Seen {
  const over = jobEnd(job, ends);
  if (over !== undefined) return over;
  const crashing = crashLoop(ends);
  if (crashing !== undefined) return crashing;
  if (job.spec?.suspend === true) {
    const queue = job.metadata?.labels?.["kueue.x-k8s.io/queue-name"];
    const whose =
      queue === undefined ? "somebody has suspended its Job" : `Kueue's queue ${queue} has not let it in`;
    return { phase: "waiting", reason: "held", sentence: whose, since: job.metadata?.creationTimestamp };
  }
  if (pod === undefined || hasEnded(pod)) return missingPod(job, pod, events);
  const leaving = podEnd(pod);
  if (leaving !== undefined) return { phase: "ended", ...leaving };
  const lost = latestEvent(events, pod.metadata?.uid, ["NodeNotReady"]);
  if (pod.status?.phase === "Unknown" || (lost !== undefined && !isReady(pod))) {
    return { phase: "ended", reason: "node-lost", sentence: `node ${pod.spec?.nodeName} does not answer` };
  }
  return pod.status?.phase === "Running" ? RUNNING : pendingPod(pod, events);
}

const RUNNING: Seen = { phase: "running", reason: "running", sentence: "it runs" };

function isReady({ status }: V1Pod): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;
}

const PATIENCES = {
  waiting: { key: "queue", what: "no node for the pod" },
  starting: { key: "start", what: "the pod has not started" },
} as const;

function outOfPatience(state: PodState, since: Date | undefined, patience: Patience, now: Date): PodState {
  if (since === undefined || (state.phase !== "waiting" && state.phase !== "starting")) return state;
  const { key, what } = PATIENCES[state.phase];
  const seconds = (now.getTime() - since.getTime()) / 1000;
  if (seconds < patience[key]) return state;
  return {
    ...state,
    sentence: `${what} after ${Math.round(seconds)} s (kubernetes.timeouts.${key}): ${state.sentence}`,
    final: {
      code: "POD_NOT_STARTED" satisfies ErrorCode,
      hint: `mend what it waits for, or raise kubernetes.timeouts.${key}`,
    },
  };
}

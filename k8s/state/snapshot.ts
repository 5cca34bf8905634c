/** All that the cluster says of a run at one moment. */
import type { CoreV1Event, V1Job, V1Pod } from "@kubernetes/client-node";

export interface Snapshot {
  /** Undefined when there is none (any more). */
  readonly job: V1Job | undefined;
  readonly pods: readonly V1Pod[];
  /** Of the Job and of its newest pod. */
  readonly events: readonly CoreV1Event[];
}

const made = ({ metadata }: V1Pod): number => metadata?.creationTimestamp?.getTime() ?? 0;

/** The pod that trains, or is to train: one that has not ended, else the last one. */
export function currentPod(pods: readonly V1Pod[]): V1Pod | undefined {
  const newestFirst = pods.toSorted((a, b) => made(b) - made(a));
  return newestFirst.find((pod) => !hasEnded(pod)) ?? newestFirst[0];
}

/** From the first to end to the last. */
export function endedPods(pods: readonly V1Pod[]): readonly V1Pod[] {
  return pods.filter(hasEnded).toSorted((a, b) => made(a) - made(b));
}

export function hasEnded({ status }: V1Pod): boolean {
  return status?.phase === "Failed" || status?.phase === "Succeeded";
}

/** The newest event of one object with one of these reasons. */
export function latestEvent(
  events: readonly CoreV1Event[],
  uid: string | undefined,
  reasons: readonly string[],
): CoreV1Event | undefined {
  return events
    .filter(({ involvedObject, reason = "" }) => involvedObject.uid === uid && reasons.includes(reason))
    .toSorted((a, b) => timeOf(b) - timeOf(a))[0];
}

export function timeOf({ series, lastTimestamp, eventTime, firstTimestamp }: CoreV1Event): number {
  return (series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? firstTimestamp)?.getTime() ?? 0;
}

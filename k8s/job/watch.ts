/**
 * Follows a run's Job and pods. A watch only says that something has changed; what it is, a list says. So a watch that
 * has stopped without a word costs seconds, and no version of anything has to be remembered.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Watch } from "@kubernetes/client-node";
import { clusterCall } from "../clusterCall.js";
import { currentPod, type Snapshot } from "../state/snapshot.js";
import { findJob, type Place } from "./jobs.js";
import { jobName, selectorOf } from "./names.js";

export interface Resync {
  /** Milliseconds between two lists while the pod does not run: its reasons come as events, which are not watched. */
  readonly waitingMs: number;
  readonly runningMs: number;
}

/** Reasons are to be seen within five seconds; a pod that runs changes by its own status, which is watched. */
const RESYNC: Resync = { waitingMs: 1_500, runningMs: 15_000 };
/** Changes come in bursts. */
const SETTLE_MS = 100;
const RECONNECT_MS = 2_000;

/**
 * A snapshot at once, and after each change, until the signal is aborted. The same one may come twice.
 * @throws ThawError KUBERNETES_UNREACHABLE, KUBERNETES_DENIED when a list fails
 */
export async function* watchJob(
  place: Place,
  signal: AbortSignal,
  resync: Resync = RESYNC,
): AsyncGenerator<Snapshot> {
  const bell = createBell();
  const { namespace, runId, group, lane } = place;
  const watches = [
    keepWatch(
      place,
      `/apis/batch/v1/namespaces/${namespace}/jobs`,
      { fieldSelector: `metadata.name=${jobName(runId, group, lane)}` },
      bell.ring,
      signal,
    ),
    keepWatch(
      place,
      `/api/v1/namespaces/${namespace}/pods`,
      { labelSelector: selectorOf(place) },
      bell.ring,
      signal,
    ),
  ];
  try {
    while (!signal.aborted) {
      const snapshot = await lookAt(place);
      yield snapshot;
      const runs = currentPod(snapshot.pods)?.status?.phase === "Running";
      await bell.wait(runs ? resync.runningMs : resync.waitingMs, signal);
      await pause(SETTLE_MS, signal);
    }
  } finally {
    for (const stop of watches) stop();
  }
}

export async function lookAt(place: Place): Promise<Snapshot> {
  const { cluster, namespace, runId } = place;
  const [job, { items: pods }] = await Promise.all([
    findJob(place),
    clusterCall(`listing the pods of run ${runId}`, () =>
      cluster.core.listNamespacedPod({ namespace, labelSelector: selectorOf(place) }),
    ),
  ]);
  const about = [job?.metadata?.uid, currentPod(pods)?.metadata?.uid].filter((uid) => uid !== undefined);
  const lists = await Promise.all(
    about.map((uid) =>
      clusterCall(`reading what happened to run ${runId}`, () =>
        cluster.core.listNamespacedEvent({ namespace, fieldSelector: `involvedObject.uid=${uid}` }),
      ),
    ),
  );
  return { job, pods, events: lists.flatMap(({ items }) => items) };
}

/** Opens the watch again whenever it ends. @returns what stops it */
function keepWatch(
  { cluster }: Place,
  path: string,
  query: Record<string, string>,
  onChange: () => void,
  signal: AbortSignal,
): () => void {
  const end = new AbortController();
  const over = AbortSignal.any([signal, end.signal]);
  let connection: AbortController | undefined;
  const run = async (): Promise<void> => {
    while (!over.aborted) {
      await new Promise<void>((done) => {
        over.addEventListener("abort", () => done(), { once: true });
        new Watch(cluster.config)
          .watch(path, query, onChange, () => done())
          .then((opened) => {
            connection = opened;
            if (over.aborted) opened.abort();
          })
          .catch(() => done());
      });
      onChange();
      await pause(RECONNECT_MS, over);
    }
  };
  void run();
  return () => {
    end.abort();
    connection?.abort();
  };
}

interface Bell {
  readonly ring: () => void;
  /** Until it rings, has rung since the last wait, or the time is over. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

function createBell(): Bell {
  let hasRung = false;
  let wake: (() => void) | undefined;
  return {
    ring: () => {
      hasRung = true;
      wake?.();
    },
    wait: async (milliseconds, signal) => {
      const stop = new AbortController();
      if (!hasRung) {
        await Promise.race([
          new Promise<void>((resolve) => {
            wake = resolve;
          }),
          pause(milliseconds, AbortSignal.any([signal, stop.signal])),
        ]);
      }
      stop.abort();
      wake = undefined;
      hasRung = false;
    },
  };
}

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  sleep(milliseconds, undefined, { signal }).catch(() => undefined);

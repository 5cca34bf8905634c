/** Makes, finds and removes the Job of a run. */
import { setTimeout as sleep } from "node:timers/promises";
import type { V1Job } from "@kubernetes/client-node";
import { ThawError } from "../../spec/errors.js";
import type { PodGroup } from "../../spec/pods/groups.js";
import { clusterCall, isMissing, isThere } from "../clusterCall.js";
import type { Cluster } from "../connect.js";
import { jobName, MANAGED_BY, RUN_LABEL, selectorOf } from "./names.js";

const POLL_MS = 250;

/** Where one of a run's Jobs is. */
export interface Place {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly runId: string;
  /** The stages that it is for; absent for the run's own. */
  readonly group?: PodGroup;
  /** From 2, of those that work beside the run's first. */
  readonly lane?: number;
}

/**
 * Creates the Job, or adopts the one that an attempt before has created. One that has ended, or is being deleted,
 * makes room first.
 * @throws ThawError POD_REJECTED, KUBERNETES_DENIED, KUBERNETES_UNREACHABLE; USAGE for a Job of somebody else's
 */
export async function ensureJob(place: Place, manifest: V1Job, signal: AbortSignal): Promise<V1Job> {
  const { cluster, namespace, runId } = place;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await clusterCall(`creating the Job of run ${runId}`, () =>
        cluster.batch.createNamespacedJob({ namespace, body: manifest, fieldValidation: "Strict" }),
      );
    } catch (error) {
      if (!isThere(error)) throw error;
    }
    const known = await findJob(place);
    if (known === undefined) continue;
    requireOurs(known, runId);
    if (!isOver(known)) return known;
    await deleteJob(place, signal);
  }
}

export async function findJob({ cluster, namespace, runId, group, lane }: Place): Promise<V1Job | undefined> {
  try {
    return await clusterCall(`reading the Job of run ${runId}`, () =>
      cluster.batch.readNamespacedJob({ namespace, name: jobName(runId, group, lane) }),
    );
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function requireOurs({ metadata }: V1Job, runId: string): void {
  if (metadata?.labels?.[MANAGED_BY] === "thaw" && metadata.labels[RUN_LABEL] === runId) return;
  throw new ThawError("USAGE", `there is a Job ${metadata?.name} already, and it is not of run ${runId}`, {
    hint: "delete it, or use another namespace",
  });
}

function isOver({ metadata, status }: V1Job): boolean {
  const ends = status?.conditions?.some(
    ({ type, status: is }) => ["Complete", "Failed", "FailureTarget"].includes(type) && is === "True",
  );
  return metadata?.deletionTimestamp !== undefined || ends === true;
}

/** Deletes the Job, if there is one, and waits until it and its pods are gone, or the signal ends the waiting. */
export async function deleteJob(place: Place, signal: AbortSignal): Promise<void> {
  const { cluster, namespace, runId, group, lane } = place;
  try {
    await clusterCall(`deleting the Job of run ${runId}`, () =>
      cluster.batch.deleteNamespacedJob({
        namespace,
        name: jobName(runId, group, lane),
        propagationPolicy: "Background",
      }),
    );
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  while (!(await isGone(place))) await sleep(POLL_MS, undefined, { signal });
}

async function isGone(place: Place): Promise<boolean> {
  const { cluster, namespace, runId } = place;
  if ((await findJob(place)) !== undefined) return false;
  const { items } = await clusterCall(`looking for pods of run ${runId}`, () =>
    cluster.core.listNamespacedPod({ namespace, labelSelector: selectorOf(place) }),
  );
  return items.length === 0;
}

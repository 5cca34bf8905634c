/** Removes the Job of a run with its pods. */
import { Context } from "@temporalio/activity";
import type { PodRequest } from "../../spec/pod.js";
import { type PodDependencies, surroundingsOf } from "./cluster.js";

/** Idempotent; returns when nothing of the run is left in the cluster. @throws ThawError KUBERNETES_… */
export async function stopPod(dependencies: PodDependencies, { run }: PodRequest): Promise<void> {
  const { place } = await surroundingsOf(dependencies, run);
  const { deleteJob } = await import("../../k8s/jobs.js");
  await deleteJob(place, Context.current().cancellationSignal);
}

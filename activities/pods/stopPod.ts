/** Removes a Job of a run with its pods. */
import { Context } from "@temporalio/activity";
import type { PodRequest } from "../../spec/pods/request.js";
import { type PodDependencies, surroundingsOf } from "./cluster.js";

/** Idempotent; returns when nothing of it is left in the cluster. @throws ThawError KUBERNETES_… */
export async function stopPod(dependencies: PodDependencies, request: PodRequest): Promise<void> {
  const { place } = await surroundingsOf(dependencies, request);
  const { deleteJob } = await import("../../k8s/job/jobs.js");
  await deleteJob(place, Context.current().cancellationSignal);
}

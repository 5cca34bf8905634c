/** Creates the Job of a run, or finds the one that is there. */
import { Context } from "@temporalio/activity";
import type { PodRequest } from "../../spec/pod.js";
import { type PodDependencies, surroundingsOf } from "./cluster.js";

/**
 * Idempotent.
 * @throws ThawError RUN_FILE_INVALID, POD_REJECTED, KUBERNETES_…
 */
export async function startPod(
  dependencies: PodDependencies,
  { run, graceSeconds }: PodRequest,
): Promise<void> {
  const { place, settings } = await surroundingsOf(dependencies, run);
  const [{ jobManifest }, { requireKnownFields }, { ensureJob }] = await Promise.all([
    import("../../k8s/jobManifest.js"),
    import("../../k8s/podTemplateFields.js"),
    import("../../k8s/jobs.js"),
  ]);
  requireKnownFields(settings.pod_template);
  const manifest = jobManifest(run, settings, { env: dependencies.env, graceSeconds });
  await ensureJob(place, manifest, Context.current().cancellationSignal);
}

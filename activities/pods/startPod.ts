/** Creates the Job of a run, or finds the one that is there. */
import { Context } from "@temporalio/activity";
import type { PodRequest } from "../../spec/pod.js";
import { readCheckpointTime } from "../../store/checkpointTime.js";
import type { Store } from "../../store/connection.js";
import { installationOf, type PodDependencies, surroundingsOf } from "./cluster.js";

interface StartDependencies {
  readonly store: Store;
  readonly pods: PodDependencies;
}

/**
 * Idempotent.
 * @throws ThawError RUN_FILE_INVALID, POD_REJECTED, KUBERNETES_…
 */
export async function startPod({ store, pods }: StartDependencies, { run }: PodRequest): Promise<void> {
  const { place, settings } = await surroundingsOf(pods, run);
  const [{ jobManifest }, { requireKnownFields }, { ensureJob }, { graceSeconds }] = await Promise.all([
    import("../../k8s/jobManifest.js"),
    import("../../k8s/podTemplateFields.js"),
    import("../../k8s/jobs.js"),
    import("../../k8s/grace.js"),
  ]);
  requireKnownFields(settings.pod_template);
  const manifest = jobManifest(run, settings, {
    env: pods.env,
    installation: installationOf(pods),
    graceSeconds: graceSeconds(await readCheckpointTime(store, run.file.name)),
  });
  await ensureJob(place, manifest, Context.current().cancellationSignal);
}

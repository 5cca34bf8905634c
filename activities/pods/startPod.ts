/** Creates a Job of a run, or finds the one that is there. */
import type { V1Job } from "@kubernetes/client-node";
import { Context } from "@temporalio/activity";
import { type PodGroup, podGroups } from "../../spec/pods/groups.js";
import type { PodRequest } from "../../spec/pods/request.js";
import type { Store } from "../../store/connection/connection.js";
import { readCheckpointTime } from "../../store/records/checkpointTime.js";
import { installationOf, type PodDependencies, settingsOf, surroundingsOf } from "./cluster.js";

interface StartDependencies {
  readonly store: Store;
  readonly pods: PodDependencies;
}

/**
 * Idempotent. A pod that is needed in hours is refused at once, if its settings are wrong.
 * @throws ThawError RUN_FILE_INVALID, POD_REJECTED, KUBERNETES_…
 */
export async function startPod({ store, pods }: StartDependencies, request: PodRequest): Promise<void> {
  const { run } = request;
  const [{ jobManifest }, { requireKnownFields }, { ensureJob }, { graceSeconds }] = await Promise.all([
    import("../../k8s/job/manifest.js"),
    import("../../k8s/job/podTemplateFields.js"),
    import("../../k8s/job/jobs.js"),
    import("../../k8s/job/grace.js"),
  ]);
  const context = {
    env: pods.env,
    installation: installationOf(pods),
    graceSeconds: graceSeconds(await readCheckpointTime(store, run.file.name)),
  };
  const manifestOf = async (group: PodGroup | undefined): Promise<V1Job> => {
    const ofGroup = group === undefined ? {} : { group };
    const settings = await settingsOf(pods, { run, ...ofGroup });
    requireKnownFields(settings.pod_template);
    return jobManifest(run, settings, { ...context, ...ofGroup });
  };
  for (const group of podGroups(run.file)) await manifestOf(group);
  const manifest = await manifestOf(request.group);
  const { place } = await surroundingsOf(pods, request);
  await ensureJob(place, manifest, Context.current().cancellationSignal);
}

/** Creates a Job of a run, or finds the one that is there. */
import type { V1Job } from "@kubernetes/client-node";
import { Context } from "@temporalio/activity";
import type { Made } from "../../k8s/policy/enforce.js";
import { type PodGroup, podGroups } from "../../spec/pods/groups.js";
import type { PodRequest } from "../../spec/pods/request.js";
import type { Store } from "../../store/connection/connection.js";
import { readCheckpointTime } from "../../store/records/checkpointTime.js";
import {
  homeNamespace,
  installationOf,
  type PodDependencies,
  remember,
  settingsOf,
  surroundingsOf,
} from "./cluster.js";

interface StartDependencies {
  readonly store: Store;
  readonly pods: PodDependencies;
}

/**
 * Idempotent. A pod that is needed in hours is refused at once, if its settings are wrong or not allowed.
 * @throws ThawError RUN_FILE_INVALID, POD_FORBIDDEN, POD_REJECTED, KUBERNETES_…
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
  const ofLane = request.lane === undefined ? {} : { lane: request.lane };
  const allowed = await allowance(pods);
  const manifestOf = async (group: PodGroup | undefined): Promise<V1Job> => {
    const ofGroup = group === undefined ? {} : { group };
    const settings = await settingsOf(pods, { run, ...ofGroup });
    requireKnownFields(settings.pod_template);
    const around = { ...context, ...ofGroup, ...ofLane };
    return await allowed(jobManifest(run, settings, around), { run, settings, context: around });
  };
  for (const group of podGroups(run.file)) await manifestOf(group);
  const manifest = await manifestOf(request.group);
  const { place } = await surroundingsOf(pods, request);
  remember(place);
  await ensureJob(place, manifest, Context.current().cancellationSignal);
}

/** What the installation's policy says to a Job. @throws ThawError USAGE (policy, defaults) */
async function allowance(pods: PodDependencies): Promise<(job: V1Job, made: Made) => Promise<V1Job>> {
  const [{ allowedJob }, { podPolicy }, { installationDefaults }] = await Promise.all([
    import("../../k8s/policy/enforce.js"),
    import("../../k8s/policy/load.js"),
    import("../../k8s/job/settings.js"),
  ]);
  const policy = await podPolicy(pods.policyFile);
  const installation = await installationDefaults(pods.defaultsFile);
  return async (job, made) => {
    const { namespace = installation.namespace } = made.settings;
    // Which one is the cluster's own has to be known only where a run names another than the installation.
    const home = namespace === installation.namespace ? (namespace ?? "") : await homeNamespace(pods);
    return allowedJob(job, { policy, installation, home, ...made });
  };
}

/** Jobs whose runs are over: of runs that were terminated, or whose control worker died at the wrong moment. */
import { ThawError } from "../../spec/errors.js";
import type { PodGroup } from "../../spec/pods/groups.js";
import { clusterCall } from "../clusterCall.js";
import type { Cluster } from "../connect.js";
import { deleteJob, type Place } from "./jobs.js";
import { GROUP_LABEL, INSTALLATION_LABEL, LANE_LABEL, MANAGED_BY, RUN_LABEL } from "./names.js";

/** A pod on a lost node takes minutes to go: the cluster sees to it, once its Job is deleted. */
const PATIENCE_MS = 30_000;

export interface RunJob extends Place {
  readonly name: string;
}

/**
 * Jobs of runs that nobody has begun to delete.
 * @param installation only its Jobs; of all when left out
 * @throws ThawError KUBERNETES_…
 */
export async function listRunJobs(
  cluster: Cluster,
  namespace: string,
  installation?: string,
): Promise<readonly RunJob[]> {
  const ofInstallation = installation === undefined ? "" : `,${INSTALLATION_LABEL}=${installation}`;
  const labelSelector = `${MANAGED_BY}=thaw,${RUN_LABEL}${ofInstallation}`;
  const { items } = await clusterCall(`listing Jobs in ${namespace}`, () =>
    cluster.batch.listNamespacedJob({ namespace, labelSelector }),
  );
  return items.flatMap(({ metadata: { name = "", labels = {}, deletionTimestamp } = {} }) => {
    const { [RUN_LABEL]: runId, [GROUP_LABEL]: group, [LANE_LABEL]: lane } = labels;
    if (runId === undefined || deletionTimestamp !== undefined) return [];
    const ofGroup = group === undefined ? {} : { group: group as PodGroup };
    const ofLane = lane === undefined ? {} : { lane: Number(lane) };
    return [{ name, cluster, namespace, runId, ...ofGroup, ...ofLane }];
  });
}

/** Returns when the Job and its pods are gone, or are about to for half a minute. @throws ThawError KUBERNETES_… */
export async function removeRunJob(job: RunJob): Promise<void> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    await deleteJob(job, patience);
  } catch (error) {
    if (!patience.aborted || error instanceof ThawError) throw error;
  }
}

/**
 * @param installation only its Jobs: another one's runs are not known here
 * @param isOpen whether the run goes on; undefined when nobody can tell now
 * @returns the runs whose Jobs have been deleted
 */
export async function removeOrphans(
  cluster: Cluster,
  namespace: string,
  installation: string,
  isOpen: (runId: string) => Promise<boolean | undefined>,
): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const job of await listRunJobs(cluster, namespace, installation)) {
    if ((await isOpen(job.runId)) !== false) continue;
    await removeRunJob(job);
    removed.push(job.runId);
  }
  return removed;
}

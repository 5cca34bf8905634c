/** Jobs whose runs are over: of runs that were terminated, or whose control worker died at the wrong moment. */
import type { PodGroup } from "../spec/podGroups.js";
import { clusterCall } from "./clusterCall.js";
import type { Cluster } from "./connect.js";
import { deleteJob } from "./jobs.js";
import { GROUP_LABEL, INSTALLATION_LABEL, MANAGED_BY, RUN_LABEL } from "./names.js";

/** So long may deleting one take; what is left is found the next time. */
const PATIENCE_MS = 30_000;

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
  const { items } = await clusterCall(`listing Jobs in ${namespace}`, () =>
    cluster.batch.listNamespacedJob({
      namespace,
      labelSelector: `${MANAGED_BY}=thaw,${INSTALLATION_LABEL}=${installation}`,
    }),
  );
  const removed: string[] = [];
  for (const { metadata } of items) {
    const runId = metadata?.labels?.[RUN_LABEL];
    if (runId === undefined || metadata?.deletionTimestamp !== undefined) continue;
    if ((await isOpen(runId)) !== false) continue;
    const group = metadata?.labels?.[GROUP_LABEL] as PodGroup | undefined;
    const place = { cluster, namespace, runId, ...(group === undefined ? {} : { group }) };
    await deleteJob(place, AbortSignal.timeout(PATIENCE_MS));
    removed.push(runId);
  }
  return removed;
}

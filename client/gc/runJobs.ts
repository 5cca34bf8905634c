/** Jobs in a Kubernetes cluster that have outlived their runs. */
import { answered } from "../../k8s/answered.js";
import { connectCluster } from "../../k8s/connect.js";
import { listRunJobs, type RunJob, removeRunJob } from "../../k8s/job/orphans.js";
import type { Session } from "../session.js";
import { describePodOwner, statusOf } from "../temporal/executions.js";

export interface JobGarbage {
  readonly namespace: string;
  /** Names of the Jobs whose runs are over. */
  readonly orphans: readonly string[];
  /** Of runs that this Temporal does not know, which may go on in another one: they stay. */
  readonly unknown: readonly string[];
}

/**
 * Looks in the cluster of the kubeconfig.
 * @param namespace that of the kubeconfig when left out
 * @throws ThawError KUBERNETES_UNREACHABLE, KUBERNETES_DENIED, TEMPORAL_UNREACHABLE
 */
export async function collectJobs(
  session: Session,
  { namespace, dryRun }: { readonly namespace: string | undefined; readonly dryRun: boolean },
): Promise<JobGarbage> {
  const cluster = connectCluster();
  const place = namespace ?? cluster.namespace;
  const orphans: RunJob[] = [];
  const unknown: RunJob[] = [];
  const jobs = await answered(cluster, `listing Jobs in ${place}`, () => listRunJobs(cluster, place));
  for (const job of jobs) {
    const run = await describePodOwner(session, job.runId);
    if (run === undefined) unknown.push(job);
    else if (statusOf(run) !== "running") orphans.push(job);
  }
  if (!dryRun) for (const job of orphans) await removeRunJob(job);
  const names = (jobs: readonly RunJob[]): readonly string[] => jobs.map(({ name }) => name);
  return { namespace: place, orphans: names(orphans), unknown: names(unknown) };
}

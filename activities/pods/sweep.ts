/** Now and then removes the Jobs of runs that are over, whatever their end was. */
import { toThawError } from "../../spec/errors.js";
import { repeatedly } from "../../spec/processes/repeated.js";
import { installationOf, namespacesInUse, type PodDependencies } from "./cluster.js";

/** A GPU that waits for nothing costs money; a list of Jobs costs nothing. */
const EVERY_MS = 60_000;

/**
 * Looks in the namespaces where this process has made or watched pods.
 * @param isOpen whether the run goes on; undefined when nobody can tell now
 * @returns what ends it
 */
export function sweepOrphans(
  dependencies: PodDependencies,
  isOpen: (runId: string) => Promise<boolean | undefined>,
): () => void {
  const sweep = async (): Promise<undefined> => {
    try {
      const places = await namespacesInUse(dependencies);
      // The cluster's client takes half a second and 80 MB: none where no pod has been asked for.
      if (places.length === 0) return;
      const { removeOrphans } = await import("../../k8s/job/orphans.js");
      for (const { cluster, namespace } of places) {
        const removed = await removeOrphans(cluster, namespace, installationOf(dependencies), isOpen);
        for (const runId of removed) console.log(`removed the Job of run ${runId}, which is over`);
      }
    } catch (error) {
      console.error(
        `looking for Jobs of runs that are over: ${toThawError(error, "KUBERNETES_UNREACHABLE").message}`,
      );
    }
  };
  // At once, too: in a cluster the first run that asks for a pod finds the client loaded.
  return repeatedly(sweep, EVERY_MS, true);
}

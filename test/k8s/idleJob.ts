/** A Job as thaw makes them that does nothing but be there. */
import type { V1Job } from "@kubernetes/client-node";
import { jobName, MANAGED_BY, RUN_LABEL } from "../../k8s/job/names.js";

export function idleJob(runId: string, image: string): V1Job {
  const labels = { [MANAGED_BY]: "thaw", [RUN_LABEL]: runId };
  const containers = [
    { name: "training", image, imagePullPolicy: "Never", args: ["-e", "setInterval(() => {}, 1e6)"] },
  ];
  const spec = { restartPolicy: "Never", terminationGracePeriodSeconds: 1, containers };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: jobName(runId), labels },
    spec: { template: { metadata: { labels }, spec } },
  };
}

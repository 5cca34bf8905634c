/** The cluster that the control worker's environment names: the one it runs in, else that of the kubeconfig. */
import { existsSync, readFileSync } from "node:fs";
import { BatchV1Api, CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { ThawError } from "../spec/errors.js";

/** Where a pod finds what it is: Kubernetes' "Accessing the API from within a Pod". */
const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

export interface Cluster {
  readonly config: KubeConfig;
  readonly batch: BatchV1Api;
  readonly core: CoreV1Api;
  /** Where pods go when nothing says otherwise. */
  readonly namespace: string;
}

/** Contacts nobody. @throws ThawError KUBERNETES_UNREACHABLE when no cluster is named */
export function connectCluster(): Cluster {
  const config = new KubeConfig();
  const isInside = existsSync(`${ACCOUNT}/token`);
  try {
    if (isInside) config.loadFromCluster();
    else config.loadFromDefault();
  } catch (error) {
    throw unnamed(`the kubeconfig cannot be read: ${(error as Error).message}`, error);
  }
  // Without a kubeconfig the client would try localhost:8080, which no cluster serves any more.
  if (config.getCurrentCluster()?.server === "http://localhost:8080") throw unnamed("no cluster is named");
  return {
    config,
    batch: config.makeApiClient(BatchV1Api),
    core: config.makeApiClient(CoreV1Api),
    namespace: isInside
      ? readFileSync(`${ACCOUNT}/namespace`, "utf8").trim()
      : (config.getContextObject(config.getCurrentContext())?.namespace ?? "default"),
  };
}

function unnamed(why: string, cause?: unknown): ThawError {
  return new ThawError("KUBERNETES_UNREACHABLE", `the control worker knows no cluster: ${why}`, {
    hint: "run the control worker in the cluster, or set its KUBECONFIG",
    cause,
  });
}

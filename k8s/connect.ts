/** The cluster that the control worker's environment names: the one it runs in, else that of the kubeconfig. */
import { existsSync, readFileSync } from "node:fs";
import { BatchV1Api, CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { ThawError } from "../spec/errors.js";
import { proxyFor } from "../spec/network/proxy.js";

/** Where a pod finds what it is: Kubernetes' "Accessing the API from within a Pod". */
const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

export interface Cluster {
  readonly config: KubeConfig;
  readonly batch: BatchV1Api;
  readonly core: CoreV1Api;
  /** Where pods go when nothing says otherwise. */
  readonly namespace: string;
}

/** Contacts nobody. @throws ThawError KUBERNETES_UNREACHABLE when no cluster is named, or the kubeconfig is no good */
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
  if (!isInside) {
    checkContext(config);
    throughProxy(config);
  }
  try {
    return {
      config,
      batch: config.makeApiClient(BatchV1Api),
      core: config.makeApiClient(CoreV1Api),
      namespace: isInside
        ? readFileSync(`${ACCOUNT}/namespace`, "utf8").trim()
        : (config.getContextObject(config.getCurrentContext())?.namespace ?? "default"),
    };
  } catch (error) {
    throw unnamed(`the kubeconfig cannot be used: ${(error as Error).message}`, error);
  }
}

/** The client would say "No active cluster!", and ask without credentials where there is no user. */
function checkContext(config: KubeConfig): void {
  const current = config.getCurrentContext();
  const context = config.getContextObject(current);
  const names = config.getContexts().map(({ name }) => name);
  if (context === null) {
    throw wrongContext(
      current
        ? `there is no context "${current}" in the kubeconfig`
        : "the kubeconfig has no current context",
      names.length === 0
        ? "set KUBECONFIG to a file that names a cluster"
        : `kubectl config use-context ${names.length === 1 ? names[0] : `NAME, one of ${names.join(", ")}`}`,
    );
  }
  for (const [kind, name, found] of [
    ["cluster", context.cluster, config.getCluster(context.cluster)],
    ["user", context.user, context.user ? config.getUser(context.user) : true],
  ] as const) {
    if (found !== null && found !== undefined) continue;
    throw wrongContext(
      `context "${current}" of the kubeconfig is for a ${kind} "${name}" that is not in it`,
      `use another context (${names.join(", ")}), or add the ${kind} to the kubeconfig`,
    );
  }
  const server = config.getCurrentCluster()?.server ?? "";
  if (URL.canParse(server) && /^https?:/.test(server)) return;
  throw wrongContext(
    `the server "${server}" of context "${current}" is not a URL`,
    `kubectl config set-cluster ${context.cluster} --server=https://HOST:PORT`,
  );
}

/** As kubectl does it, where the kubeconfig itself names none; services of a cluster see no proxy. */
function throughProxy(config: KubeConfig): void {
  const cluster = config.getCurrentCluster();
  if (cluster === null || cluster.proxyUrl) return;
  const proxy = proxyFor(cluster.server);
  if (proxy !== undefined) Object.assign(cluster, { proxyUrl: proxy.url.href });
}

const wrongContext = (problem: string, hint: string): ThawError =>
  new ThawError("KUBERNETES_UNREACHABLE", problem, { hint });

function unnamed(why: string, cause?: unknown): ThawError {
  return new ThawError("KUBERNETES_UNREACHABLE", `the control worker knows no cluster: ${why}`, {
    hint: "run the control worker in the cluster, or set its KUBECONFIG",
    cause,
  });
}

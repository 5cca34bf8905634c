/** Questions to the API server that a person waits for: the client itself waits for an answer for ever. */
import { ThawError } from "../spec/errors.js";
import { clusterCall } from "./clusterCall.js";
import type { Cluster } from "./connect.js";

/** A far server over a VPN answers within a second or two, a login by a credential plugin takes some more. */
const PATIENCE_MS = 20_000;

/**
 * @param what the server is asked for, as in `listing nodes`
 * @throws ThawError KUBERNETES_UNREACHABLE when no answer has come in time, and as `clusterCall`
 */
export async function answered<T>(
  { config }: Pick<Cluster, "config">,
  what: string,
  call: () => Promise<T>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unanswered(config, what, patienceMs / 1000)), patienceMs);
  });
  try {
    return await clusterCall(what, () => Promise.race([call(), tooLong]));
  } finally {
    clearTimeout(timer);
  }
}

/** The client does not say whether it waits for the server or for the program that is to give the credentials. */
function unanswered(config: Cluster["config"], what: string, seconds: number): ThawError {
  const server = config.getCurrentCluster()?.server ?? "of the kubeconfig";
  const plugin = config.getCurrentUser()?.exec?.command as string | undefined;
  const byPlugin =
    plugin === undefined ? "" : `, or the kubeconfig's credential plugin ${plugin} has not ended`;
  const run = plugin === undefined ? "" : `; run ${plugin} by hand: it may wait for a login`;
  return new ThawError(
    "KUBERNETES_UNREACHABLE",
    `${what}: the API server ${server} has not answered in ${seconds} s${byPlugin}`,
    {
      hint: `look whether a firewall or a VPN that is off drops what is sent to it, and whether it is the cluster that is meant (kubectl config current-context)${run}`,
    },
  );
}

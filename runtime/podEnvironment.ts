/** By which variables a run's pod finds the services of the control worker. Secrets and identities are the pod's own. */
import type { Platform, StoreSettings } from "../spec/platform.js";

export function podEnvironment({
  store,
  temporal,
}: Pick<Platform, "store" | "temporal">): Record<string, string> {
  return {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    // What a key or a certificate stands for is in a Secret; that there is TLS at all is none.
    ...(temporal.tls === undefined || temporal.tls === false ? {} : { TEMPORAL_TLS: "true" }),
    THAW_S3_ENDPOINT: store.endpoint,
    THAW_S3_BUCKET: store.bucket,
    THAW_S3_PATH_STYLE: String(store.pathStyle),
    AWS_REGION: store.region,
    ...tokenService(store),
  };
}

/** Where tokens are exchanged for keys, if not where a pod would look for it. */
function tokenService({ endpoint, credentials }: StoreSettings): Record<string, string> {
  const isElsewhere =
    "kind" in credentials &&
    credentials.kind === "web identity" &&
    credentials.sts !== undefined &&
    credentials.sts !== endpoint;
  return isElsewhere ? { AWS_ENDPOINT_URL_STS: credentials.sts } : {};
}

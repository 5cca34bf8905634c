/** By which variables a run's pod finds the services of the control worker. Secrets and identities are the pod's own. */
import { hasCredentials } from "../spec/network/masked.js";
import { isLoopback } from "../spec/network/proxy.js";
import type { Platform, StoreSettings } from "../spec/platform.js";

/** Nobody reads what a pod tells itself. */
const LOOPBACK = /^(127\.|localhost:|\[::1\])/;
const PROXY = /^(https?|all|no)_proxy$/i;
/** Of OpenTelemetry's variables, which are names of a process, or may hold credentials. */
const OWN_OR_SECRET = /^OTEL_SERVICE_NAME$|HEADERS$|_KEY$|_CERTIFICATE$/;

export function podEnvironment(
  { store, temporal }: Pick<Platform, "store" | "temporal">,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  return {
    ...observed(env),
    ...proxies(env),
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

/** The way out is the same for all in a cluster; a proxy that wants a password is told to pods in a Secret. */
function proxies(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] =>
        PROXY.test(entry[0]) &&
        entry[1] !== undefined &&
        entry[1] !== "" &&
        (/^no_/i.test(entry[0]) || isOpen(entry[1])),
    ),
  );
}

/** Without a password, and not on this machine. */
function isOpen(value: string): boolean {
  const full = value.includes("://") ? value : `http://${value}`;
  return !hasCredentials(full) && !(URL.canParse(full) && isLoopback(new URL(full).hostname));
}

/** Where a pod's spans go, and where its metrics are read: as with the control worker, in a network of its own. */
function observed(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined &&
        ((entry[0] === "THAW_METRICS_ADDRESS" && !LOOPBACK.test(entry[1])) ||
          (entry[0].startsWith("OTEL_") && !OWN_OR_SECRET.test(entry[0]))),
    ),
  );
}

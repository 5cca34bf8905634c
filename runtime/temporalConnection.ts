/** Settings of a Temporal server as the SDK's clients and workers want them. */
import type { TemporalSettings } from "../spec/platform.js";

/** Options that `Connection.connect` and `NativeConnection.connect` share. */
export function connectionOptions({ address, apiKey, tls }: TemporalSettings) {
  return {
    address,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(tls === undefined ? {} : { tls: typeof tls === "boolean" ? tls : tlsOptions(tls) }),
  };
}

function tlsOptions({ ca, cert, key, serverName }: Exclude<TemporalSettings["tls"], boolean | undefined>) {
  return {
    ...(ca === undefined ? {} : { serverRootCACertificate: ca }),
    ...(serverName === undefined ? {} : { serverNameOverride: serverName }),
    ...(cert !== undefined && key !== undefined ? { clientCertPair: { crt: cert, key } } : {}),
  };
}

/** Settings of a Temporal server as the SDK's clients and workers want them, proxies included. */

import { ThawError } from "../spec/errors.js";
import { type NamedProxy, proxyFor } from "../spec/network/proxy.js";
import type { TemporalSettings } from "../spec/platform.js";

/** Options that `Connection.connect` and `NativeConnection.connect` share. */
function sharedOptions({ address, apiKey, tls }: TemporalSettings) {
  return {
    address,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(tls === undefined ? {} : { tls: typeof tls === "boolean" ? tls : tlsOptions(tls) }),
  };
}

/** Of `NativeConnection`, which reads no variables. */
export function nativeOptions(settings: TemporalSettings) {
  const proxy = proxyOf(settings);
  if (proxy === undefined) return sharedOptions(settings);
  const { username, password } = proxy.url;
  return {
    ...sharedOptions(settings),
    proxy: {
      type: "http-connect" as const,
      targetHost: hostOf(proxy),
      ...(username === ""
        ? {}
        : { basicAuth: { username: decodeURIComponent(username), password: decodeURIComponent(password) } }),
    },
  };
}

/** Of `Connection`. Where there is no proxy for the server, gRPC must not find one by itself. */
export function grpcOptions(settings: TemporalSettings) {
  const direct = proxyOf(settings) === undefined;
  return { ...sharedOptions(settings), ...(direct ? { channelArgs: { "grpc.enable_http_proxy": 0 } } : {}) };
}

/**
 * Makes something that opens a channel of gRPC, which takes its proxy from two variables of its own, and from others only
 * in lower case and with other rules for NO_PROXY. They are as they were when this returns.
 */
export function withGrpcProxy<T>(settings: TemporalSettings, make: () => T): T {
  const proxy = proxyOf(settings);
  if (proxy === undefined) return make();
  const before = { grpc_proxy: process.env.grpc_proxy, no_grpc_proxy: process.env.no_grpc_proxy };
  // No host ends like that, and an empty list would mean no_proxy.
  Object.assign(process.env, { grpc_proxy: proxy.url.href, no_grpc_proxy: "-" });
  try {
    return make();
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/** @throws ThawError USAGE when it is none that gRPC can use */
export function proxyOf({ address }: TemporalSettings): NamedProxy | undefined {
  const proxy = proxyFor(`https://${address}`);
  if (proxy === undefined || proxy.url.protocol === "http:") return proxy;
  throw new ThawError(
    "USAGE",
    `Temporal cannot be reached through ${proxy.source}: gRPC has no https:// proxies`,
    {
      hint: `write ${proxy.source} with http://, or name the server's host in NO_PROXY`,
    },
  );
}

/** With its port, also where that is HTTP's own, and without credentials. */
export function hostOf({ url }: NamedProxy): string {
  return url.port === "" ? `${url.hostname}:80` : url.host;
}

function tlsOptions({ ca, cert, key, serverName }: Exclude<TemporalSettings["tls"], boolean | undefined>) {
  return {
    ...(ca === undefined ? {} : { serverRootCACertificate: ca }),
    ...(serverName === undefined ? {} : { serverNameOverride: serverName }),
    ...(cert !== undefined && key !== undefined ? { clientCertPair: { crt: cert, key } } : {}),
  };
}

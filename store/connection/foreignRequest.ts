/** Options of a request to somebody else's server: which address it may lead to, and through which proxy. */
import http from "node:http";
import https from "node:https";
import { type NamedProxy, proxyFor } from "../../spec/network/proxy.js";
import { publicLookup, type Resolve } from "./foreignHosts.js";
import { portOf, proxied } from "./proxied.js";
import { trustedAuthorities } from "./trust.js";

export interface ForeignRequest {
  readonly options: http.RequestOptions;
  /** What the connection goes through; it resolves the name then. */
  readonly proxy: NamedProxy | undefined;
  readonly request: typeof http.request;
}

/**
 * A name is resolved once by this machine, and the connection goes to that address; with a proxy it is the proxy that
 * resolves. A host that says itself that it is private is the caller's to refuse (`isPrivateHost`).
 * @param mayBePrivate whether the name may stand for an address in a private network
 * @throws ThawError USAGE when the environment names no HTTP proxy
 */
export function foreignRequest(
  url: URL,
  headers: http.OutgoingHttpHeaders,
  mayBePrivate: boolean,
  resolve?: Resolve,
): ForeignRequest {
  const proxy = proxyFor(url);
  const target = {
    protocol: url.protocol as "http:" | "https:",
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: portOf(url),
    path: url.pathname + url.search,
    headers: { host: url.host, "user-agent": "thaw", ...headers },
  };
  const direct = mayBePrivate ? {} : { lookup: publicLookup(resolve) };
  const options = proxy === undefined ? { ...target, agent: agentFor(url), ...direct } : proxied(target);
  return { options, proxy, request: options.protocol === "https:" ? https.request : http.request };
}

/** Of this request alone: a connection that somebody else opened was not looked at. */
function agentFor({ protocol }: URL): http.Agent {
  if (protocol === "http:") return new http.Agent();
  const ca = trustedAuthorities();
  return new https.Agent(ca === undefined ? {} : { ca });
}

/** HTTP requests through the proxy that the environment names, and past it where it names none. */
import http from "node:http";
import https from "node:https";
import { HttpsProxyAgent } from "hpagent";
import { type NamedProxy, proxyAuthorization, proxyFor } from "../../spec/network/proxy.js";
import { trustedAuthorities } from "./trust.js";

/** As of Node's global agents, which the environment may tell to use a proxy for everything. */
const KEPT = { keepAlive: true, scheduling: "lifo", timeout: 5_000 } as const;
/** A proxy answers when it has reached the server. */
const TUNNEL_MS = 30_000;
const plain = new http.Agent(KEPT);
/** One agent a proxy, and one without, so that connections are used again. */
const secured = new Map<string, https.Agent>();

/** What a request must have: where to, apart from the options that Node's `request` has beside it. */
export interface Target extends http.RequestOptions {
  readonly protocol: "http:" | "https:";
  readonly host: string;
  readonly port: number;
}

/**
 * Options of Node's `request` for what is asked for. Plain HTTP is asked of the proxy itself, as most allow
 * `CONNECT` for TLS only.
 * @throws ThawError USAGE when the environment names no HTTP proxy
 */
export function proxied(target: Target): http.RequestOptions {
  const { protocol, host, port } = target;
  const address = `${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${port}`;
  const proxy = proxyFor(`${protocol}//${address}`);
  if (protocol === "https:") return { ...target, agent: securedBy(proxy) };
  if (proxy === undefined) return { ...target, agent: plain };
  const authorization = proxyAuthorization(proxy);
  return {
    ...target,
    protocol: proxy.url.protocol,
    host: proxy.url.hostname,
    port: portOf(proxy.url),
    path: `http://${address}${target.path ?? "/"}`,
    agent: proxy.url.protocol === "http:" ? plain : securedBy(undefined),
    headers: {
      host: address,
      ...(target.headers as http.OutgoingHttpHeaders),
      ...(authorization === undefined ? {} : { "proxy-authorization": authorization }),
    },
  };
}

/** The port of a URL, also where it is that of its scheme. */
export function portOf({ protocol, port }: URL): number {
  if (port !== "") return Number(port);
  return protocol === "https:" ? 443 : 80;
}

/** TLS to the server itself, through a tunnel where there is a proxy. */
export function securedBy(proxy: NamedProxy | undefined): https.Agent {
  const key = proxy?.url.href ?? "";
  const known = secured.get(key);
  if (known !== undefined) return known;
  const ca = trustedAuthorities();
  const options = { ...KEPT, ...(ca === undefined ? {} : { ca }) };
  const agent =
    proxy === undefined
      ? new https.Agent(options)
      : new HttpsProxyAgent({ ...options, timeout: TUNNEL_MS, proxy: proxy.url });
  secured.set(key, agent);
  return agent;
}

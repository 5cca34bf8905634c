/** HTTP requests through the proxy that the environment names, and past it where it names none. */
import http from "node:http";
import https from "node:https";
import { HttpsProxyAgent } from "hpagent";
import { type Proxy, proxyAuthorization, proxyFor } from "../../spec/network/proxy.js";

/** Connections of our own: those of Node's global agents may be told by the environment to use a proxy for all. */
const DIRECT = { "http:": new http.Agent({ keepAlive: true }), "https:": new https.Agent({ keepAlive: true }) };
const agents = new Map<string, https.Agent>();

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
  if (proxy === undefined) return { ...target, agent: DIRECT[protocol] };
  if (protocol === "https:") return { ...target, agent: tunnel(proxy) };
  const authorization = proxyAuthorization(proxy);
  return {
    ...target,
    protocol: proxy.url.protocol,
    host: proxy.url.hostname,
    port: portOf(proxy.url),
    path: `http://${address}${target.path ?? "/"}`,
    agent: DIRECT[proxy.url.protocol as "http:" | "https:"],
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

/** One agent a proxy, so that connections are used again. */
export function tunnel({ url }: Proxy): https.Agent {
  const known = agents.get(url.href);
  if (known !== undefined) return known;
  const agent = new HttpsProxyAgent({ keepAlive: true, proxy: url });
  agents.set(url.href, agent);
  return agent;
}

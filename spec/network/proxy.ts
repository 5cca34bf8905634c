/** Which proxy a connection goes through, by the variables that curl, pip and npm read. */
import { ThawError } from "../errors.js";
import { masked } from "./masked.js";

export interface NamedProxy {
  readonly url: URL;
  /** The variable that names it. */
  readonly source: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Of two spellings the lower one wins, as with curl. */
const VARIABLES: Readonly<Record<"http:" | "https:", readonly string[]>> = {
  "http:": ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"],
  "https:": ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"],
};
const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/**
 * This machine never needs a proxy, whatever NO_PROXY says: the embedded services listen here and nowhere else.
 * @param target address with scheme; gRPC counts as https, with TLS and without, because it needs a tunnel
 * @throws ThawError USAGE when the variable names no HTTP proxy
 */
export function proxyFor(target: URL | string, env: Environment = process.env): NamedProxy | undefined {
  const { protocol, hostname, port } = typeof target === "string" ? new URL(target) : target;
  const host = bare(hostname);
  if (isLoopback(host) || isExcluded(host, port || (DEFAULT_PORTS[protocol] ?? ""), noProxy(env)))
    return undefined;
  const names = VARIABLES[protocol === "http:" ? "http:" : "https:"];
  const source = names.find((name) => env[name]?.trim());
  return source === undefined ? undefined : { url: proxyUrl(source, env[source] ?? ""), source };
}

/** For sentences; without what may stand before an `@`. */
export function proxyName({ url, source }: NamedProxy): string {
  return `the proxy ${url.protocol}//${url.host} (${source})`;
}

/** Value of `Proxy-Authorization`, where the proxy wants to know who we are. */
export function proxyAuthorization({ url }: NamedProxy): string | undefined {
  const { username, password } = url;
  if (username === "" && password === "") return undefined;
  const who = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(who).toString("base64")}`;
}

/** 127.0.0.0/8, ::1 and the names that stand for them; `0.0.0.0`, as a target, is this machine, too. */
export function isLoopback(host: string): boolean {
  return /^(127(\.\d{1,3}){3}|0\.0\.0\.0|::1|::ffff:127\..*|(.+\.)?localhost\.?)$/i.test(bare(host));
}

/** The variables that keep this machine's addresses from proxies, for programs that have only these to go by. */
export function loopbackExcluded(env: Environment): Record<string, string> {
  const entries = new Set([...noProxy(env), "127.0.0.1", "localhost", "::1"]);
  const value = [...entries].join(",");
  return { NO_PROXY: value, no_proxy: value };
}

function noProxy(env: Environment): readonly string[] {
  const value = env.no_proxy?.trim() || env.NO_PROXY?.trim() || "";
  return value.split(/[\s,]+/).filter((entry) => entry !== "");
}

/** `*`, a host, `.domain`, `*.domain`, an address, a range `10.0.0.0/8`; all but a range also with a port. */
function isExcluded(host: string, port: string, entries: readonly string[]): boolean {
  return entries.some((entry) => {
    if (entry === "*") return true;
    const range = /^(\d+\.\d+\.\d+\.\d+)\/(\d{1,2})$/.exec(entry);
    if (range !== null) return isInRange(host, range[1] ?? "", Number(range[2]));
    const [, name = entry, only] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
    if (only !== undefined && only !== port) return false;
    const wanted = bare(name)
      .replace(/^\*?\./, "")
      .toLowerCase();
    return host === wanted || host.endsWith(`.${wanted}`);
  });
}

function isInRange(host: string, network: string, bits: number): boolean {
  const [address, base] = [numberOf(host), numberOf(network)];
  if (address === undefined || base === undefined || bits > 32) return false;
  const size = 2 ** (32 - bits);
  return Math.floor(address / size) === Math.floor(base / size);
}

function numberOf(address: string): number | undefined {
  if (!/^\d+(\.\d+){3}$/.test(address)) return undefined;
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** Without the brackets of IPv6, in lower case. */
const bare = (host: string): string => host.replace(/^\[(.*)\]$/, "$1").toLowerCase();

/** `host:port` is enough, as for curl. */
function proxyUrl(source: string, value: string): URL {
  const text = value.trim();
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.hostname !== "") return url;
  throw new ThawError("USAGE", `${source}="${masked(text)}" is not the address of an HTTP proxy`, {
    hint: `write it as http://HOST:PORT, unset ${source}, or name the hosts that need no proxy in NO_PROXY`,
  });
}

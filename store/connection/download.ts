/** A file at an address of the web, through the proxy that the environment names, and with its authorities. */
import http from "node:http";
import https from "node:https";
import { ThawError } from "../../spec/errors.js";
import { proxyFor, proxyName } from "../../spec/network/proxy.js";
import { portOf, proxied } from "./proxied.js";

const MOST_REDIRECTS = 10;

/** @returns the first answer that is no redirect, whatever its status @throws ThawError USAGE for a password in the address */
export async function getThrough(address: string, signal: AbortSignal): Promise<http.IncomingMessage> {
  let url = new URL(address);
  for (let redirects = 0; ; redirects++) {
    if (url.username !== "" || url.password !== "") {
      throw new ThawError("USAGE", "a name or password in an address would end up in logs and histories", {
        hint: "download the file and give its path, or put it into the store and give s3://BUCKET/KEY",
      });
    }
    const answer = await getOnce(url, signal);
    const { location } = answer.headers;
    const isRedirect = [301, 302, 303, 307, 308].includes(answer.statusCode ?? 0) && location !== undefined;
    if (!isRedirect) return answer;
    answer.resume();
    if (redirects >= MOST_REDIRECTS) throw new Error(`more than ${MOST_REDIRECTS} redirects`);
    url = new URL(location, url);
    if (!/^https?:$/.test(url.protocol)) throw new Error(`it redirects to ${url.protocol}//`);
  }
}

async function getOnce(url: URL, signal: AbortSignal): Promise<http.IncomingMessage> {
  const options = proxied({
    protocol: url.protocol as "http:" | "https:",
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: portOf(url),
    path: url.pathname + url.search,
    headers: { host: url.host, accept: "*/*", "user-agent": "thaw" },
  });
  const { get } = options.protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    get({ ...options, signal }, resolve).on("error", (error: NodeJS.ErrnoException) => {
      const proxy = proxyFor(url);
      if (proxy === undefined) return reject(error);
      const why = error.message || error.code;
      reject(new Error(`${why} through ${proxyName(proxy)}`, { cause: error }));
    });
  });
}

/** A file at an address of the web, through the proxy that the environment names, and with its authorities. */
import type http from "node:http";
import { ThawError } from "../../spec/errors.js";
import { proxyName } from "../../spec/network/proxy.js";
import { isPrivateHost, leadsInside, type Resolve } from "./foreignHosts.js";
import { foreignRequest } from "./foreignRequest.js";

const MOST_REDIRECTS = 10;

export interface GetOptions {
  readonly signal: AbortSignal;
  /** Whether every host may lie in a private network; else only one that the address itself names as such. */
  readonly allowPrivate?: boolean;
  /** How names become addresses, where no proxy does that. */
  readonly resolve?: Resolve;
}

/**
 * The body comes as it is, never unpacked. A name is resolved by this machine and the connection goes to that address;
 * with a proxy it is the proxy that resolves, and only addresses and names that say it themselves are known as private.
 * @returns the first answer that is no redirect, whatever its status
 * @throws ThawError USAGE for a password in the address; DATA_INVALID for a way that leads from TLS to plain HTTP or
 * from outside into a private network, and for a packed body
 */
export async function getThrough(address: string, options: GetOptions): Promise<http.IncomingMessage> {
  const asked = new URL(address);
  let url = asked;
  for (let redirects = 0; ; redirects++) {
    if (url.username !== "" || url.password !== "") {
      throw new ThawError("USAGE", "a name or password in an address would end up in logs and histories", {
        hint: "download the file and give its path, or put it into the store and give s3://BUCKET/KEY",
      });
    }
    const isPrivate = isPrivateHost(url.hostname);
    // What the user has written is meant; what a server answers is not the user's word.
    const mayBePrivate = options.allowPrivate === true || (isPrivate && url.hostname === asked.hostname);
    if (isPrivate && !mayBePrivate) throw leadsInside(url.hostname);
    const answer = await getOnce(url, mayBePrivate, options);
    const { location } = answer.headers;
    const isRedirect = [301, 302, 303, 307, 308].includes(answer.statusCode ?? 0) && location !== undefined;
    if (!isRedirect) return unpacked(url, answer);
    // Its body may have no end.
    answer.destroy();
    if (redirects >= MOST_REDIRECTS) throw new Error(`more than ${MOST_REDIRECTS} redirects`);
    url = redirected(url, location);
  }
}

function redirected(from: URL, location: string): URL {
  const to = URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (to === undefined) throw new Error("it redirects to something that is no address");
  if (!/^https?:$/.test(to.protocol)) throw new Error(`it redirects to ${to.protocol}//`);
  if (from.protocol === "https:" && to.protocol === "http:") {
    throw new ThawError("DATA_INVALID", `${from.host} redirects from https:// to http://${to.host}`, {
      hint: "anybody on the way could change the file: give an https:// address, or download it and give its path",
    });
  }
  return to;
}

/** Packed bodies were not asked for, and a small one can become any size. */
function unpacked({ host }: URL, answer: http.IncomingMessage): http.IncomingMessage {
  const { "content-encoding": encoding = "identity", "transfer-encoding": transfer = "chunked" } =
    answer.headers;
  const packed = [encoding, transfer].find((coding) => !/^(identity|chunked)$/i.test(coding.trim()));
  if (packed === undefined) return answer;
  answer.destroy();
  throw new ThawError(
    "DATA_INVALID",
    `${host} sends the file packed (${packed.slice(0, 20)}), which was not asked for`,
    {
      hint: "download the file and give its path",
    },
  );
}

async function getOnce(
  url: URL,
  mayBePrivate: boolean,
  { signal, resolve }: GetOptions,
): Promise<http.IncomingMessage> {
  const headers = { accept: "*/*", "accept-encoding": "identity" };
  const { options, proxy, request } = foreignRequest(url, headers, mayBePrivate, resolve);
  return new Promise((answered, reject) => {
    const asked = request({ ...options, signal }, answered);
    asked.on("error", (error: NodeJS.ErrnoException) => {
      if (proxy === undefined) return reject(error);
      const why = error.message || error.code;
      reject(new Error(`${why} through ${proxyName(proxy)}`, { cause: error }));
    });
    asked.end();
  });
}

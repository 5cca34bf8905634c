/** One POST to somebody else's server: no redirects, bounded in time and in what is read of the answer. */
import type http from "node:http";
import { masked } from "../../spec/network/masked.js";
import { proxyName } from "../../spec/network/proxy.js";
import { shortened, visible } from "../../spec/text/visible.js";
import { isPrivateHost, leadsInside, type Resolve } from "../../store/connection/foreignHosts.js";
import { foreignRequest } from "../../store/connection/foreignRequest.js";

/** Standard Webhooks 1.0.0 advises 15 to 30 seconds for the whole request. */
const TIME_MS = 15_000;
/** Bytes: what a person may need to see why it was refused. */
const MOST_OF_AN_ANSWER = 4096;
const MOST_SHOWN = 200;

export interface PostOptions {
  readonly allowPrivate: boolean;
  readonly signal: AbortSignal;
  /** How names become addresses, where no proxy does that. */
  readonly resolve?: Resolve;
  /** Milliseconds for all of it; 15 seconds if left out. */
  readonly timeMs?: number;
}

export interface Answer {
  readonly status: number;
  /** As the header has it. */
  readonly retryAfter?: string;
  /** How the answer begins, on one line. */
  readonly text: string;
}

/**
 * @throws ThawError DATA_INVALID where the address lies in a private network and may not; Error when nothing answers
 */
export async function post(
  url: URL,
  headers: http.OutgoingHttpHeaders,
  body: string,
  { allowPrivate, signal, resolve, timeMs = TIME_MS }: PostOptions,
): Promise<Answer> {
  if (!allowPrivate && isPrivateHost(url.hostname)) throw leadsInside(url.hostname);
  const sent = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    ...headers,
  };
  const { options, proxy, request } = foreignRequest(url, sent, allowPrivate, resolve);
  const time = AbortSignal.timeout(timeMs);
  const both = AbortSignal.any([signal, time]);
  try {
    const answer = await new Promise<http.IncomingMessage>((answered, reject) => {
      const asked = request({ ...options, method: "POST", signal: both }, answered);
      asked.on("error", reject);
      asked.end(body);
    });
    const { statusCode: status = 0 } = answer;
    const { "retry-after": retryAfter } = answer.headers;
    // Who was told is told, whatever becomes of the rest of the answer.
    const text = await beginning(answer).catch(() => "");
    return { status, text, ...(retryAfter === undefined ? {} : { retryAfter }) };
  } catch (error) {
    signal.throwIfAborted();
    if (time.aborted) throw new Error(`no answer within ${timeMs / 1000} seconds`);
    if (proxy === undefined) throw error;
    const { message, code } = error as NodeJS.ErrnoException;
    throw new Error(`${message || code} through ${proxyName(proxy)}`, { cause: error });
  }
}

async function beginning(answer: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    parts.push(part);
    bytes += part.length;
    // Leaving the loop destroys the connection: an answer may have no end.
    if (bytes >= MOST_OF_AN_ANSWER) break;
  }
  const text = Buffer.concat(parts).subarray(0, MOST_OF_AN_ANSWER).toString("utf8");
  return visible(shortened(masked(text.replace(/\s+/g, " ").trim()), MOST_SHOWN));
}

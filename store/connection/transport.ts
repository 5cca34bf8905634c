/** HTTP for the S3 client: through a proxy where there is one, and with an end to waiting. */
import http from "node:http";
import https from "node:https";
import { portOf, proxied, type Target } from "./proxied.js";

/** A server that works on something says so, or is not there: S3 sends white space while it completes an upload. */
const IDLE_MS = 30_000;
/** What S3 allows a signature to be off. */
const SKEW_MS = 15 * 60_000;

type Transport = Pick<typeof http, "request">;
type Answer = (response: http.IncomingMessage) => void;

/** @param idleMs a request fails with ETIMEDOUT when no byte has moved for so long, either way */
export function transport(idleMs: number = IDLE_MS): Transport {
  return {
    // The client calls it in this one way.
    request: ((options: Target, answer?: Answer) => {
      const port = options.port ?? portOf(new URL(`${options.protocol}//${options.host}`));
      const asked = proxied({ ...options, port });
      const { request } = asked.protocol === "https:" ? https : http;
      const sent: http.ClientRequest = request(asked, (response) => {
        const failure = failureOf(response, signedAt(options));
        if (failure === undefined) return void answer?.(response);
        response.resume();
        sent.emit("error", failure);
      });
      sent.setTimeout(idleMs, () =>
        sent.destroy(Object.assign(new Error(`nothing moved for ${idleMs / 1000} s`), { code: "ETIMEDOUT" })),
      );
      return sent;
    }) as typeof http.request,
  };
}

function failureOf(response: http.IncomingMessage, signed: number): Error | undefined {
  if (isForPeople(response)) {
    const code = `HTTP_${response.statusCode}`;
    return Object.assign(new Error(code.replace("_", " ")), { code });
  }
  const { date = "" } = response.headers;
  if (response.statusCode !== 403 || !(Math.abs(Date.parse(date) - signed) > SKEW_MS)) return undefined;
  // An answer to HEAD has no body that could tell it from missing rights.
  const code = "RequestTimeTooSkewed";
  return Object.assign(new Error(code), { code, servertime: date });
}

/** When the request was signed, by this machine's clock: it may have jumped since. Not a number where it was not. */
function signedAt({ headers }: Target): number {
  const [, ...parts] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(
      String(new Map(Object.entries(headers ?? {})).get("x-amz-date")),
    ) ?? [];
  const [year = Number.NaN, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * What no S3 server says: it was a gateway, a console or a proxy. The client would look for XML in it, find none, and
 * have neither status nor words.
 */
function isForPeople({ statusCode = 0, headers }: http.IncomingMessage): boolean {
  return (
    statusCode === 401 ||
    statusCode === 407 ||
    (statusCode >= 400 && /html/.test(headers["content-type"] ?? ""))
  );
}

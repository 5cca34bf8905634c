/** HTTP for the S3 client: through a proxy where there is one, and with an end to waiting. */
import http from "node:http";
import https from "node:https";
import { portOf, proxied, type Target } from "./proxied.js";

/** A server that works on something says so, or is not there: S3 sends white space while it completes an upload. */
const IDLE_MS = 30_000;

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
        if (!isForPeople(response)) return void answer?.(response);
        response.resume();
        const code = `HTTP_${response.statusCode}`;
        sent.emit("error", Object.assign(new Error(code.replace("_", " ")), { code }));
      });
      sent.setTimeout(idleMs, () =>
        sent.destroy(Object.assign(new Error(`nothing moved for ${idleMs / 1000} s`), { code: "ETIMEDOUT" })),
      );
      return sent;
    }) as typeof http.request,
  };
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

/** HTTP for the S3 client, with an end to waiting: a request on which nothing moves fails. */
import http from "node:http";
import https from "node:https";

/** A server that works on something says so, or is not there: S3 sends white space while it completes an upload. */
const IDLE_MS = 30_000;

type Transport = Pick<typeof http, "request">;

/** @param idleMs a request fails with ETIMEDOUT when no byte has moved for so long, either way */
export function transport(useSSL: boolean, idleMs: number = IDLE_MS): Transport {
  const { request } = useSSL ? https : http;
  return {
    request: ((...given: Parameters<typeof http.request>) => {
      const sent = request(...given);
      sent.setTimeout(idleMs, () =>
        sent.destroy(Object.assign(new Error(`nothing moved for ${idleMs / 1000} s`), { code: "ETIMEDOUT" })),
      );
      return sent;
    }) as typeof http.request,
  };
}

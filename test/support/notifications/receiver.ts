/** A receiver of notifications on this machine, which keeps what it is sent; and a verifier of its own. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  close(): Promise<void>;
}

/** @param answer is given how many came before; what it leaves unanswered stays so */
export async function startReceiver(
  answer: (response: ServerResponse, before: number, message: Received) => void,
): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { url: path = "", headers } = request;
    const message = { path, headers, body: Buffer.concat(parts).toString("utf8") };
    const before = received.push(message) - 1;
    answer(response, before, message);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const TOLERANCE_S = 300;

/**
 * By the text of Standard Webhooks 1.0.0, "Verifying signatures".
 * @returns whether one of the signatures is the secret's, and the attempt was made within five minutes
 */
export function verifies({ headers, body }: Received, secret: string): boolean {
  const [id, time, list] = ["id", "timestamp", "signature"].map((name) => headers[`webhook-${name}`]);
  if (typeof id !== "string" || typeof time !== "string" || typeof list !== "string") return false;
  if (id.includes(".") || Math.abs(Date.now() / 1000 - Number(time)) > TOLERANCE_S) return false;
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const wanted = createHmac("sha256", key)
    .update(Buffer.concat([Buffer.from(`${id}.${time}.`), Buffer.from(body)]))
    .digest();
  return list.split(" ").some((entry) => {
    const [version, text = ""] = entry.split(",");
    const given = Buffer.from(text, "base64");
    return version === "v1" && given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}

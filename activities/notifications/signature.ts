/** Keys and signatures of Standard Webhooks 1.0.0. */
import { createHmac } from "node:crypto";

/** Bytes of a key (Standard Webhooks 1.0.0, "Secret serialization"). */
const LENGTHS = { least: 24, most: 64 };
const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;

/** @returns the key's bytes, or undefined where the text is no such secret */
export function keyOf(secret: string): Buffer | undefined {
  const encoded = SECRET.exec(secret)?.[1];
  if (encoded === undefined) return undefined;
  const key = Buffer.from(encoded, "base64");
  return key.length >= LENGTHS.least && key.length <= LENGTHS.most ? key : undefined;
}

/**
 * The three headers of a message.
 * @param id without a full stop
 * @param seconds of this attempt, since 1970
 * @param body exactly the bytes that are sent, as UTF-8
 * @param keys each signs; two while one is being replaced
 */
export function signedHeaders(
  id: string,
  seconds: number,
  body: string,
  keys: readonly Buffer[],
): Record<string, string> {
  const signatures = keys.map(
    (key) => `v1,${createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64")}`,
  );
  return {
    "webhook-id": id,
    "webhook-timestamp": String(seconds),
    ...(signatures.length === 0 ? {} : { "webhook-signature": signatures.join(" ") }),
  };
}

/** Signatures of messages, against those of the Python library of Standard Webhooks. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { keyOf, signedHeaders } from "../../../../activities/notifications/signature.js";

interface Case {
  readonly secret: string;
  readonly id: string;
  readonly seconds: number;
  readonly body: string;
  readonly signature: string;
}
const FILE = join(process.cwd(), "test", "fixtures", "notifications", "standardWebhooks.json");
const cases = JSON.parse(readFileSync(FILE, "utf8")) as readonly Case[];

test("every message is signed as the library of Standard Webhooks signs it", () => {
  assert.ok(cases.length >= 12);
  for (const { secret, id, seconds, body, signature } of cases) {
    const key = keyOf(secret);
    assert.ok(key);
    assert.deepEqual(signedHeaders(id, seconds, body, [key]), {
      "webhook-id": id,
      "webhook-timestamp": String(seconds),
      "webhook-signature": signature,
    });
  }
});

test("while a key is rotated both sign, the new one first; without a key nothing signs", () => {
  const [a, b] = [cases[0], cases.at(-4)] as [Case, Case];
  const keys = [b.secret, a.secret].map((secret) => keyOf(secret) as Buffer);
  const { "webhook-signature": list } = signedHeaders(a.id, a.seconds, a.body, keys);
  const [first, second, ...more] = (list ?? "").split(" ");
  assert.equal(second, a.signature);
  assert.notEqual(first, second);
  assert.equal(more.length, 0);
  assert.ok(!("webhook-signature" in signedHeaders(a.id, a.seconds, a.body, [])));
});

test("what is no secret of 24 to 64 bytes is none", () => {
  const of = (bytes: number): string => `whsec_${Buffer.alloc(bytes, 1).toString("base64")}`;
  for (const bytes of [24, 32, 64]) assert.equal(keyOf(of(bytes))?.length, bytes);
  for (const secret of [of(23), of(65), of(32).slice(6), "whsec_", "whsec_not base64!", ""])
    assert.equal(keyOf(secret), undefined, secret);
});

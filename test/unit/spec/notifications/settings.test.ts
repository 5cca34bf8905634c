/** The settings of notifications: what is refused, and that no message repeats a secret. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { notificationsSchema } from "../../../../spec/notifications/settings.js";

const OPS = { name: "ops", url: "https://hooks.example.com/thaw", secret: "env:OPS" };
const problems = (...endpoints: readonly object[]): string =>
  (notificationsSchema.safeParse({ endpoints }).error?.issues ?? [])
    .map(({ path, message }) => `${path.join(".")}: ${message}`)
    .join("\n");

test("an endpoint of each format, a key that is rotated and an address of one's own network are taken", () => {
  const ours = { ...OPS, name: "ours", url: "http://receiver:8080/x", allow_private: true };
  const chat = { name: "chat", url: "file:/run/secrets/chat", format: "slack", events: ["model.waiting"] };
  assert.equal(problems({ ...OPS, secret: ["env:NEW", "file:/run/old"] }, ours, chat), "");
  const [parsed] = notificationsSchema.parse({ endpoints: [OPS] }).endpoints;
  assert.deepEqual(parsed, { ...OPS, format: "standard", allow_private: false });
});

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const HOOK = "https://hooks.slack.com/services/T0/B0/secretsecret";
for (const [what, endpoint, said] of [
  ["a secret itself", { ...OPS, secret: SECRET }, /secret: write env:NAME or file:\/PATH/],
  ["one of two secrets itself", { ...OPS, secret: ["env:A", SECRET] }, /secret.*: write env:NAME/],
  ["three keys", { ...OPS, secret: ["env:A", "env:B", "env:C"] }, /secret/],
  ["no key", { name: "ops", url: OPS.url }, /secret: it is missing/],
  ["a chat's address itself", { name: "chat", url: HOOK, format: "slack" }, /url: .*write env:NAME/],
  [
    "a key for a chat",
    { ...OPS, url: "env:CHAT", format: "slack" },
    /secret: receivers of this format check no/,
  ],
  ["plain HTTP", { ...OPS, url: "http://hooks.example.com" }, /url: write an https:\/\/ address/],
  ["another scheme", { ...OPS, url: "ftp://h/x", allow_private: true }, /url: write an https/],
  ["a password in the address", { ...OPS, url: "https://me:secretsecret@h/x" }, /url: a name or password/],
  ["no address", { ...OPS, url: "secretsecret" }, /url: it is no address/],
  ["an event that nothing sends", { ...OPS, events: ["model.improved"] }, /events/],
  ["a name that is no word", { ...OPS, name: "a.b" }, /name: use up to 40/],
  ["a key that is not known", { ...OPS, token: "secretsecret" }, /token/],
] as const) {
  test(`${what} is refused, and not repeated`, () => {
    const text = problems(endpoint);
    assert.match(text, said);
    for (const secret of [SECRET, "secretsecret"]) assert.ok(!text.includes(secret), text);
  });
}

test("two endpoints of one name are refused", () => {
  assert.match(problems(OPS, OPS), /endpoints: two endpoints have the same name/);
});

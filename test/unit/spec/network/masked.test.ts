/** What is masked in texts, errors and output, and what is left alone. */
import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";
import { ThawError } from "../../../../spec/errors.js";
import { hasCredentials, masked } from "../../../../spec/network/masked.js";
import { maskedError } from "../../../../spec/network/maskedError.js";
import { maskOutput } from "../../../../spec/network/maskedOutput.js";
import { keepSecrets, secretsOf } from "../../../../spec/network/secrets.js";

const AMAZON =
  "https://b.s3.amazonaws.com/w.pth?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F20260101&X-Amz-Date=20260101T000000Z";

const SHOWN: readonly [string, string][] = [
  ["at http://me:secret@store:9000/x failed", "at http://***@store:9000/x failed"],
  ["https://token@host", "https://***@host"],
  ["s3://KEY:a/b", "s3://KEY:a/b"],
  ["(https://a:p@ss@host/x)", "(https://***@host/x)"],
  ["two http://a:b@c and https://d:e@f", "two http://***@c and https://***@f"],
  ["https://h/x?X-Amz-Signature=abc&y=1", "https://h/x?X-Amz-Signature=***&y=1"],
  ["https://h/x?y=1&sig=abc", "https://h/x?y=1&sig=***"],
  [
    `${AMAZON}&X-Amz-Security-Token=FwoG%3D&X-Amz-Signature=0f`,
    `${AMAZON.replace("AKIA%2F20260101", "***")}&X-Amz-Security-Token=***&X-Amz-Signature=***`,
  ],
  ["x?AWSAccessKeyId=AK&Signature=a%2Bb%3D&Expires=1", "x?AWSAccessKeyId=***&Signature=***&Expires=1"],
  ["x?X-Goog-Credential=a&X-Goog-Signature=b", "x?X-Goog-Credential=***&X-Goog-Signature=***"],
  ["x?Key-Pair-Id=K1&amp;token=b", "x?Key-Pair-Id=***&amp;token=***"],
  [
    "x?access_key=a&client_secret=b&api-key=c#access_token=d",
    "x?access_key=***&client_secret=***&api-key=***#access_token=***",
  ],
  ['{"url":"https://h/?token=a","n":1}', '{"url":"https://h/?token=***","n":1}'],
  ["authorization: Bearer abc.def", "authorization: ***"],
  ["'Proxy-Authorization': 'Basic bWU6cHc=', x", "'Proxy-Authorization': '***', x"],
  ["sent Bearer abcdefghijkl012 to it", "sent Bearer *** to it"],
  ['in JSON \'{"token":"k8s-aws-v1.x","a":1}\'', 'in JSON \'{"token":"***","a":1}\''],
  ["secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "secret: whsec_***"],
  [
    "POST https://hooks.slack.com/services/T0/B0/abc failed",
    "POST https://hooks.slack.com/services/*** failed",
  ],
  ["eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2ln is refused", "*** is refused"],
  [
    "mail me@example.org, digits@champion, https://h/@x",
    "mail me@example.org, digits@champion, https://h/@x",
  ],
  ["AuthorizationHeaderMalformed: wrong region", "AuthorizationHeaderMalformed: wrong region"],
  ["https://h/x?version=2&page=token&monkey=1", "https://h/x?version=2&page=token&monkey=1"],
  [
    "the token was refused, key=7, a bearer of bad news",
    "the token was refused, key=7, a bearer of bad news",
  ],
];
for (const [text, shown] of SHOWN) {
  test(`"${text}" is shown as "${shown}"`, () => {
    assert.equal(masked(text), shown);
    assert.equal(hasCredentials(text), text !== shown);
    assert.equal(masked(shown), shown, "masked once more it stays as it is");
  });
}

test("no error says a password, wherever its address came from", () => {
  const error = new ThawError("USAGE", "http://me:secret@h is wrong", { hint: "not http://me:secret@h" });
  assert.equal(`${error.message} ${error.hint} ${error}`.includes("secret"), false);
});

test("secrets of an environment are known by their names, and places and switches are none", () => {
  const secrets = secretsOf({
    AWS_SECRET_ACCESS_KEY: "a-secret-key",
    AWS_ACCESS_KEY_ID: "an-access-key",
    AWS_WEB_IDENTITY_TOKEN_FILE: "/var/run/token",
    TEMPORAL_TLS_CLIENT_KEY_PATH: "keys/a.pem",
    TEMPORAL_API_KEY: "an-api-key",
    SLACK_WEBHOOK_URL: "https://hooks.example/T0/B0",
    OTEL_EXPORTER_OTLP_HEADERS: "x-team=a-tenant,authorization=Bearer a-bearer",
    HTTPS_PROXY: "http://me:pass%21word@proxy:3128",
    MONKEYS: "not-a-secret",
    PATH: "/bin",
  });
  assert.deepEqual(
    secrets.filter((text) => text.length >= 8),
    [
      ...[
        "a-secret-key",
        "an-api-key",
        "https://hooks.example/T0/B0",
        "a-tenant",
        "authorization",
        "a-bearer",
      ],
      ...["pass%21word", "pass!word", "me:pass!word"],
    ].filter((text) => text.length >= 8),
  );
});

test("a known secret is masked in every form in which texts have it, and a short one is not taken for one", () => {
  const secret = 'k/9+"mask me"=?';
  keepSecrets([secret, "short", undefined]);
  for (const form of [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString("base64"),
    Buffer.from(secret).toString("base64url"),
  ])
    assert.equal(masked(`it said ${form}, in short`), "it said ***, in short");
});

test("an error for the history has name, stack and causes, but neither secrets nor what a client hung on to it", () => {
  const inner = Object.assign(new TypeError("GET https://h/?X-Amz-Signature=canary1 failed"), {
    request: { headers: { authorization: "canary2" } },
  });
  const outer = new Error("at http://me:canary3@h", {
    cause: new Error("x?token=canary4", { cause: inner }),
  });
  const copy = maskedError(outer);
  const { cause } = copy as { cause: Error & { cause: Error } };
  assert.deepEqual(
    [copy.message, cause.message, cause.cause.message, cause.cause.name],
    ["at http://***@h", "x?token=***", "GET https://h/?X-Amz-Signature=*** failed", "TypeError"],
  );
  assert.match(cause.cause.stack ?? "", /masked\.test/);
  const all = [copy, cause, cause.cause].map((error) => JSON.stringify([error, error.stack])).join();
  assert.equal(all.includes("canary"), false, all);
});

test("causes that go in circles end, and endless messages are cut", () => {
  const error = new Error("x".repeat(1e6));
  error.cause = error;
  const copy = maskedError(error);
  assert.ok(copy.message.length <= 4000 && (copy.stack ?? "").length <= 4000);
  let depth = 0;
  for (let next: unknown = copy; next instanceof Error; next = next.cause) depth += 1;
  assert.ok(depth < 10, String(depth));
});

test("what a process writes is masked, as text and as bytes, once", async () => {
  let written = "";
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      written += chunk.toString();
      done();
    },
  });
  maskOutput([stream]);
  maskOutput([stream]);
  stream.write("http://a:b@h\n");
  stream.write(Buffer.from("x?sig=abc ü\n"));
  await new Promise((resolve) => stream.end("end", () => resolve(undefined)));
  assert.equal(written, "http://***@h\nx?sig=*** ü\nend");
});

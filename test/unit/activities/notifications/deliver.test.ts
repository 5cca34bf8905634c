/** Attempts at telling an endpoint: what is an answer, when the next attempt is due, which addresses are asked at all. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { ApplicationFailure } from "@temporalio/common";
import {
  attemptDelivery,
  type NotificationDependencies,
} from "../../../../activities/notifications/deliver.js";
import { findEndpoints } from "../../../../activities/notifications/endpoints.js";
import { post } from "../../../../activities/notifications/post.js";
import { masked } from "../../../../spec/network/masked.js";
import type { ThawEvent } from "../../../../spec/notifications/event.js";
import type { Resolve } from "../../../../store/connection/foreignHosts.js";
import { type Receiver, startReceiver, verifies } from "../../../support/notifications/receiver.js";

const secret = (): string => `whsec_${randomBytes(32).toString("base64")}`;
const [KEY, OLD] = [secret(), secret()];
const HOOK_PATH = "/services/T0/B0/averysecretpath";
const EVENT: ThawEvent = {
  type: "model.waiting",
  at: "2026-11-29T02:00:00.000Z",
  ...{ sentence: "digits@3 waits", model: "digits", version: 3 },
};

let folder: string;
let receiver: Receiver | undefined;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "thaw-notify-"));
});
after(() => rm(folder, { recursive: true }));
afterEach(async () => {
  await receiver?.close();
  receiver = undefined;
});

/** @param lines of the endpoint `ops` beside its name */
async function settings(...lines: readonly string[]): Promise<NotificationDependencies> {
  const file = join(folder, "notifications.yaml");
  await writeFile(file, ["endpoints:", "  - name: ops", ...lines.map((line) => `    ${line}`)].join("\n"));
  await writeFile(join(folder, "old"), `${OLD}\n`);
  return { file, env: { KEY, HOOK: `${receiver?.url}${HOOK_PATH}`, EMPTY: "" } };
}

const tell = (dependencies: NotificationDependencies, attempt = 1, id = "one") =>
  attemptDelivery(
    dependencies,
    { attempt, namespace: "default", signal: new AbortController().signal },
    { id, endpoint: "ops", event: EVENT },
  );

async function failure(telling: Promise<unknown>): Promise<ApplicationFailure> {
  const error = await telling.then(
    () => assert.fail("it was told"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ApplicationFailure, String(error));
  assert.equal(error.type, "NOT_DELIVERED");
  return error;
}

const local = (): string[] => [`url: ${receiver?.url}/hook`, "allow_private: true", "secret: env:KEY"];

test("a message is signed, and the same id and body come again until the answer is a good one", async () => {
  receiver = await startReceiver((response, count) => response.writeHead(count < 2 ? 500 : 204).end("oh"));
  const dependencies = await settings(...local());
  const first = await failure(tell(dependencies, 1));
  assert.match(first.message, /^ops answered 500: oh$/);
  assert.ok(first.nonRetryable !== true);
  assert.ok(Math.abs(Number(first.nextRetryDelay) - 5000) <= 500, String(first.nextRetryDelay));
  const second = await failure(tell(dependencies, 2));
  assert.ok(Math.abs(Number(second.nextRetryDelay) - 300_000) <= 30_000);
  assert.deepEqual(await tell(dependencies, 3), {
    ...{ endpoint: "ops", delivered: true, sentence: "ops answered 204" },
  });
  const { received } = receiver;
  assert.deepEqual(
    received.map(({ headers }) => headers["webhook-id"]),
    ["one", "one", "one"],
  );
  assert.equal(new Set(received.map(({ body }) => body)).size, 1);
  for (const message of received) {
    assert.ok(verifies(message, KEY));
    assert.ok(!verifies(message, OLD));
    assert.ok(!verifies({ ...message, body: `${message.body} ` }, KEY));
    assert.equal(message.headers["content-type"], "application/json");
  }
});

test("while a key is rotated, receivers with the new one and with the old one verify", async () => {
  receiver = await startReceiver((response) => response.writeHead(200).end());
  const rotated = local().with(2, `secret: ["env:KEY", "file:${join(folder, "old")}"]`);
  await tell(await settings(...rotated));
  const [message] = receiver.received;
  assert.ok(message !== undefined && verifies(message, KEY) && verifies(message, OLD));
  assert.ok(!verifies(message, secret()));
});

test("a redirect is a failure and is not followed", async () => {
  receiver = await startReceiver((response) => response.writeHead(307, { location: "/elsewhere" }).end());
  const refused = await failure(tell(await settings(...local())));
  assert.match(refused.message, /answered 307: redirects are not followed/);
  assert.deepEqual(
    receiver.received.map(({ path }) => path),
    ["/hook"],
  );
});

test("410 ends it, a busy receiver says itself when, and others are asked by the schedule", async () => {
  const answers = [410, 429, 503, 500] as const;
  receiver = await startReceiver((response, count) =>
    response.writeHead(answers[count] ?? 200, { "retry-after": "60" }).end(),
  );
  const dependencies = await settings(...local());
  const gone = await failure(tell(dependencies));
  assert.equal(gone.nonRetryable, true);
  assert.match(gone.message, /answered 410; it wants no messages any more: take it out/);
  for (const wanted of [60_000, 60_000]) {
    const busy = await failure(tell(dependencies));
    assert.deepEqual([busy.nextRetryDelay, busy.nonRetryable], [wanted, false]);
  }
  assert.ok(Number((await failure(tell(dependencies))).nextRetryDelay) < 6000);
});

test("this machine and private networks are not asked unless the endpoint's settings allow it", async () => {
  receiver = await startReceiver((response) => response.writeHead(200).end());
  const url = receiver.url.replace("http:", "https:");
  for (const address of [url, "https://[::1]/x", "https://10.0.0.1/x", "https://169.254.169.254/latest"]) {
    const refused = await failure(tell(await settings(`url: ${address}`, "secret: env:KEY")));
    assert.match(refused.message, /is not in the public internet, and is not asked \(`allow_private: true`/);
    assert.ok(refused.nonRetryable !== true, "the settings may be mended within the three days");
  }
  assert.equal(receiver.received.length, 0);
});

test("a name is resolved once, and one that stands for a private address is not asked", async () => {
  receiver = await startReceiver((response) => response.writeHead(200).end());
  let asked = 0;
  const resolve: Resolve = (_host, _options, done) => {
    asked += 1;
    // A rebinding server would say something else the second time.
    done(null, [{ address: asked === 1 ? "10.1.2.3" : "93.184.216.34", family: 4 }]);
  };
  const dependencies = await settings("url: https://hooks.example.com/thaw", "secret: env:KEY");
  const refused = await failure(tell({ ...dependencies, resolve }));
  assert.match(refused.message, /hooks\.example\.com \(10\.1\.2\.3\) is not in the public internet/);
  assert.equal(asked, 1);
  const { port } = new URL(receiver.url);
  const here: Resolve = (_host, _options, done) => {
    asked += 1;
    done(null, [{ address: "127.0.0.1", family: 4 }]);
  };
  const url = new URL(`http://hooks.example.com:${port}/x`);
  const signal = new AbortController().signal;
  await assert.rejects(post(url, {}, "{}", { allowPrivate: false, signal, resolve: here }), {
    code: "DATA_INVALID",
  });
  assert.equal(receiver.received.length, 0);
  assert.equal(asked, 2);
});

test("a chat gets its form, and its address is in no text of this process", async () => {
  receiver = await startReceiver((response, _count, { path }) => response.writeHead(404).end(`no ${path}`));
  const dependencies = await settings("url: env:HOOK", "format: slack", "allow_private: true");
  const refused = await failure(tell(dependencies));
  const [message] = receiver.received;
  assert.deepEqual([message?.path, message?.headers["webhook-signature"]], [HOOK_PATH, undefined]);
  const { text, blocks } = JSON.parse(message?.body ?? "") as { text: string; blocks: unknown[] };
  assert.match(text, /^A version waits for you: digits@3\ndigits@3 waits$/);
  assert.equal(blocks.length, 2);
  assert.equal(refused.message, "ops answered 404: no ***");
  assert.ok(!masked(`at ${receiver.url}${HOOK_PATH}`).includes("averysecretpath"));
});

test("a receiver that does not answer in time, or never ends to answer, is left", async () => {
  receiver = await startReceiver((response, count) => {
    if (count === 0) return;
    response.writeHead(200);
    const write = (): unknown =>
      response.destroyed || response.write("x".repeat(999), () => setImmediate(write));
    write();
  });
  const options = { allowPrivate: true, signal: new AbortController().signal };
  const url = new URL(`${receiver.url}/hook`);
  await assert.rejects(post(url, {}, "{}", { ...options, timeMs: 300 }), /^Error: no answer within 0\.3 sec/);
  const { status, text } = await post(url, {}, "{}", options);
  assert.equal(status, 200);
  assert.ok(text.length <= 200, `${text.length}`);
});

test("settings that lead nowhere are a failure that names the reference, and never what is there", async () => {
  for (const [lines, said] of [
    [["url: env:NOWHERE", "secret: env:KEY"], /ops of the notifications \(env:NOWHERE\): there is nothing/],
    [["url: env:EMPTY", "secret: env:KEY"], /\(env:EMPTY\): there is nothing/],
    [["url: env:KEY", "secret: env:KEY"], /\(env:KEY\): it is no address/],
    [["url: https://h.example/x", "secret: env:HOOK"], /\(env:HOOK\): it is no secret of the form whsec_/],
    [
      ["url: https://h.example/x", "secret: file:/nowhere/x"],
      /\(file:\/nowhere\/x\): it cannot be read: ENOENT/,
    ],
    [[`url: ${KEY}`, "secret: env:KEY"], /which THAW_NOTIFICATIONS names, is wrong at endpoints\.0\.url/],
  ] as const) {
    const { message } = await failure(tell(await settings(...lines)));
    assert.match(message, said);
    for (const secretText of [KEY, "averysecretpath"]) assert.ok(!message.includes(secretText), message);
  }
});

test("an endpoint that is not in the settings any more ends it", async () => {
  const dependencies = await settings("url: https://h.example/x", "secret: env:KEY");
  await writeFile(dependencies.file as string, "endpoints: []\n");
  await assert.rejects(tell(dependencies), { code: "NOT_FOUND", message: /no endpoint ops/ });
});

test("an event goes to the endpoints that want it, a test to all or to the one that is named", async () => {
  const lines = ["url: https://h.example/x", "secret: env:KEY", "events: [model.waiting]"];
  const dependencies = await settings(...lines);
  const find = (asked: Parameters<typeof findEndpoints>[1]) => findEndpoints(dependencies, asked);
  assert.deepEqual(await find({ type: "model.waiting" }), ["ops"]);
  assert.deepEqual(await find({ type: "model.promoted" }), []);
  assert.deepEqual(await find({ type: "notification.test" }), ["ops"]);
  assert.deepEqual(await find({ type: "model.promoted", endpoint: "ops" }), ["ops"]);
  await assert.rejects(find({ type: "notification.test", endpoint: "osp" }), {
    code: "NOT_FOUND",
    hint: /ops/,
  });
  assert.deepEqual(await findEndpoints({ env: {} }, { type: "model.waiting" }), []);
});

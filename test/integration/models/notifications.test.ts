/** Notifications on real servers: signed, told again until they arrive, also when the worker dies in between. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { tellSilences } from "../../../activities/retraining/tellSilences.js";
import type { MovedAlias } from "../../../client/models/aliases.js";
import { tellOfAlias } from "../../../client/notifications/tellOfAlias.js";
import {
  ANNOUNCE_TYPE,
  type AnnounceInput,
  type Delivery,
  type ThawEvent,
} from "../../../spec/notifications/event.js";
import { CONTROL_QUEUE } from "../../../spec/pipeline/run.js";
import type { Tick } from "../../../spec/retraining/retraining.js";
import { thaw } from "../../support/cli/thaw.js";
import {
  type Received,
  type Receiver,
  startReceiver,
  verifies,
} from "../../support/notifications/receiver.js";
import { sharedServices } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { until } from "../../support/until.js";

const KEY = `whsec_${randomBytes(32).toString("base64")}`;
const EVENT: ThawEvent = {
  ...{ type: "model.waiting", at: "2026-11-29T02:00:00.000Z", sentence: "digits@3 waits" },
  ...{ model: "digits", version: 3 },
};

let stack: Stack;
let receiver: Receiver;
let control: ChildProcess;
const workers: ChildProcess[] = [];
const began = new Date().toISOString();
/** What the receiver does with the next messages; then all are good. */
const answers: ((respond: (status: number) => void) => void)[] = [];
before(async () => {
  receiver = await startReceiver((response) => {
    const respond = (status: number): void => {
      response.writeHead(status).end("said");
    };
    const answer = answers.shift();
    if (answer === undefined) respond(204);
    else answer(respond);
  });
  stack = await sharedServices();
  const url = `${receiver.url}/private/path`;
  await writeFile(
    join(stack.folder, "notifications.yaml"),
    `endpoints:
  - { name: ops, url: "env:OPS_URL", secret: env:OPS_SECRET, allow_private: true }
  - { name: inside, url: "${url.replace("http:", "https:")}", secret: env:OPS_SECRET, events: [run.finished] }
`,
  );
  control = await startWorker("control");
});
after(async () => {
  for (const worker of workers) await end(worker);
  await stack.close();
  await receiver.close();
});

async function startWorker(name: "control" | "training"): Promise<ChildProcess> {
  const program = fileURLToPath(new URL(`../../../worker/${name}.js`, import.meta.url));
  const env = {
    ...process.env,
    ...{ THAW_PROJECT: stack.project, THAW_NOTIFICATIONS: join(stack.folder, "notifications.yaml") },
    ...{ OPS_URL: `${receiver.url}/private/path`, OPS_SECRET: KEY },
  };
  const worker = spawn(process.execPath, [program], {
    cwd: stack.folder,
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  workers.push(worker);
  await once(worker.stdout as NodeJS.ReadableStream, "data");
  return worker;
}

async function end(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  worker.kill("SIGTERM");
  await once(worker, "exit");
}

/** @returns the id of the workflow that tells `ops` */
async function announce(workflowId: string): Promise<string> {
  const { workflow } = stack.session.temporal;
  const input: AnnounceInput = { event: EVENT };
  const handle = await workflow.start(ANNOUNCE_TYPE, { workflowId, taskQueue: CONTROL_QUEUE, args: [input] });
  const told = (await handle.result()) as readonly Delivery[];
  assert.deepEqual(
    told.map(({ endpoint }) => endpoint),
    ["ops"],
    "who wants other events is not told",
  );
  return `notify-ops-${handle.firstExecutionRunId}-model-waiting`;
}

const idsOf = (messages: readonly Received[]): Set<unknown> =>
  new Set(messages.map(({ headers }) => headers["webhook-id"]));

async function historyOf(workflowId: string): Promise<string> {
  return JSON.stringify(await stack.session.temporal.workflow.getHandle(workflowId).fetchHistory());
}

test("a test says what came back from each endpoint, and 1 where one was not told", async () => {
  const one = await thaw(["notifications", "test", "ops", "--json"], { cwd: stack.folder });
  assert.equal(one.status, 0, one.stderr);
  const [delivery] = (JSON.parse(one.stdout) as { deliveries: Delivery[] }).deliveries;
  assert.deepEqual(delivery, { endpoint: "ops", delivered: true, sentence: "ops answered 204" });
  const [message] = receiver.received;
  assert.ok(message !== undefined && verifies(message, KEY));
  assert.equal(JSON.parse(message.body).type, "notification.test");
  const all = await thaw(["notifications", "test"], { cwd: stack.folder });
  assert.equal(all.status, 1);
  assert.match(all.stdout, /inside +no +inside was not told: 127\.0\.0\.1 is not in the public internet/);
  const none = await thaw(["notifications", "test", "osp"], { cwd: stack.folder });
  assert.deepEqual([none.status, /there are: ops, inside/.test(none.stderr)], [2, true], none.stderr);
});

test("what was answered with 500 comes again with the same id, and nobody waits for it", async () => {
  receiver.received.length = 0;
  answers.push((respond) => respond(500));
  const notify = await announce("announce-again");
  assert.deepEqual(await stack.session.temporal.workflow.getHandle(notify).result(), {
    ...{ endpoint: "ops", delivered: true, sentence: "ops answered 204" },
  });
  assert.equal(receiver.received.length, 2);
  assert.equal(idsOf(receiver.received).size, 1);
  for (const message of receiver.received) assert.ok(verifies(message, KEY));
});

test("a worker that dies between sending and noting it sends again, with the same id", async () => {
  receiver.received.length = 0;
  // It has been told, and nobody will note that.
  answers.push(() => void control.kill("SIGKILL"));
  const notify = await announce("announce-killed");
  await until("the worker is killed", () => control.signalCode !== null);
  control = await startWorker("control");
  await until("it comes again", () => receiver.received.length > 1);
  const delivered = (await stack.session.temporal.workflow.getHandle(notify).result()) as Delivery;
  assert.equal(delivered.delivered, true);
  const { received } = receiver;
  assert.equal(idsOf(received).size, 1);
  assert.equal(new Set(received.map(({ body }) => body)).size, 1);
  for (const message of received) assert.ok(verifies(message, KEY));
});

test("a look whose run fails is told of once, a run of its own as such, and no history has address or key", async () => {
  receiver.received.length = 0;
  for (const file of ["disc/0.jpg", "disc/1.jpg", "star/0.jpg", "star/1.jpg"]) {
    await mkdir(join(stack.folder, "images", dirname(file)), { recursive: true });
    await writeFile(join(stack.folder, "images", file), "no image");
  }
  await writeFile(join(stack.folder, "thaw.yaml"), "name: digits\ndata: { path: images }\n");
  const training = await startWorker("training");
  const failing = await thaw(["retrain", "--json"], { cwd: stack.folder });
  assert.equal(failing.status, 1, failing.stderr);
  const tick = JSON.parse(failing.stdout) as Tick;
  const { status } = await thaw(["run", "--json"], { cwd: stack.folder });
  assert.equal(status, 1);
  await end(training);
  await until("both are told", () => receiver.received.length > 1);
  const told = receiver.received.map(({ body }) => JSON.parse(body));
  const { runId } = told[1].data;
  assert.deepEqual(
    told.map(({ type, data }) => [type, data.model, data.workflowId, data.command]),
    [
      ["retraining.failed", "digits", tick.workflowId, `thaw explain ${tick.runId}`],
      ["run.failed", "digits", runId, `thaw explain ${runId}`],
    ],
  );
  assert.equal(told[0].data.sentence, tick.sentence);
  assert.equal(told[1].data.sentence, tick.sentence);
  const { temporal } = stack.session;
  const seen: string[] = [];
  // Those of this file.
  const query = `StartTime >= "${began}"`;
  for await (const { workflowId } of temporal.workflow.list({ query })) seen.push(workflowId);
  assert.ok(seen.length >= 5, seen.join());
  for (const workflowId of seen) {
    const history = await historyOf(workflowId);
    const payloads = [...history.matchAll(/[A-Za-z0-9+/=]{20,}/g)].map(([text]) =>
      Buffer.from(text, "base64").toString("utf8"),
    );
    const all = [history, ...payloads].join("\n");
    for (const secret of [KEY, KEY.slice(6), "private/path"]) assert.ok(!all.includes(secret), workflowId);
  }
});

test("looks of a schedule that did not take place are told once for each span, and a lost schedule is", async () => {
  receiver.received.length = 0;
  const { store, temporal } = stack.session;
  const january = (date: number): Date => new Date(Date.UTC(new Date().getUTCFullYear() + 1, 0, date, 12));
  const tell = (now: Date, lost: readonly string[] = []) => tellSilences(store, temporal, now, new Set(lost));
  const times = ["--cron", "30 3 1-4 1 *"];
  const applied = await thaw(["schedule", "apply", ...times], { cwd: stack.folder });
  assert.equal(applied.status, 0, applied.stderr);
  assert.deepEqual((await tell(new Date())).told, [], "nothing is missed yet");
  // As if the server had started nothing.
  const { told } = await tell(january(3));
  assert.equal(told.length, 1);
  assert.match(
    told[0] ?? "",
    /^schedule thaw-digits: 3 looks from .*-01-01T03:30:00.000Z to .*-01-03T03:30:00.000Z did not take place: nothing was started/,
  );
  assert.deepEqual((await tell(january(6))).told, [], "the same span");
  await until("it is told", () => receiver.received.length > 0);
  const [message] = receiver.received;
  assert.ok(message !== undefined && verifies(message, KEY));
  const { type, data } = JSON.parse(message.body);
  assert.deepEqual(
    [type, data.model, data.schedule, data.sentence, data.figures, data.command],
    ["schedule.silent", "digits", "thaw-digits", told[0], { missed: 3 }, "thaw schedule show thaw-digits"],
  );
  await thaw(["schedule", "pause", "thaw-digits"], { cwd: stack.folder });
  await temporal.schedule.getHandle("thaw-digits").delete();
  const paused = await tell(new Date(), ["thaw-digits"]);
  assert.deepEqual([paused.told, [...paused.lost]], [[], ["thaw-digits"]], "nobody expects looks of it");
  const removed = await thaw(["schedule", "delete", "thaw-digits"], { cwd: stack.folder });
  assert.equal(removed.status, 0, removed.stderr);
  assert.equal((await thaw(["schedule", "apply", ...times], { cwd: stack.folder })).status, 0);
  await temporal.schedule.getHandle("thaw-digits").delete();
  assert.deepEqual((await tell(new Date())).told, [], "it may be on its way");
  const [gone = ""] = (await tell(new Date(), ["thaw-digits"])).told;
  assert.match(gone, /the Temporal server does not have the schedule any more/);
  assert.deepEqual((await tell(new Date(), ["thaw-digits"])).told, []);
  await until("that is told, too", () => receiver.received.length > 1);
});

test("what a person did with an alias is told, and where nobody can be told the command goes on", async () => {
  receiver.received.length = 0;
  const moved: MovedAlias = {
    ...{ model: "digits", alias: "champion", added: true },
    decision: {
      seq: 3,
      version: 1,
      before: 2,
      at: EVENT.at,
      by: "ann@desk",
      how: "rollback",
      note: "blurred",
    },
  };
  const { platform } = stack.session;
  assert.equal(await tellOfAlias(platform, moved), undefined);
  await until("it is told", () => receiver.received.length > 0);
  const { type, data } = JSON.parse(receiver.received[0]?.body ?? "");
  assert.equal(type, "model.rolled-back");
  assert.equal(
    data.sentence,
    "digits@champion is version 1 now, and was version 2 before, by ann@desk: blurred",
  );
  const nowhere = { ...platform, temporal: { ...platform.temporal, address: "127.0.0.1:9" } };
  assert.match((await tellOfAlias(nowhere, moved)) ?? "", /no Temporal server listens/);
});

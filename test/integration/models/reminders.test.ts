/** Reminders of a version that waits for a person, on real services: each is told once, the last one as such where that is wanted. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { ThawEvent } from "../../../spec/notifications/event.js";
import { CONTROL_QUEUE } from "../../../spec/pipeline/run.js";
import {
  APPROVAL_TYPE,
  type Approval,
  type ApprovalRequest,
  approvalId,
} from "../../../spec/retraining/approval.js";
import { decideAlias } from "../../../store/records/aliases.js";
import { APPROVAL } from "../../support/models/approvals.js";
import { type Receiver, startReceiver } from "../../support/notifications/receiver.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { until } from "../../support/until.js";

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;
/** What each endpoint wants to hear of. */
const WANTED = {
  ops: ["model.waiting"],
  boss: ["model.expiring"],
  both: ["model.waiting", "model.expiring"],
  runs: ["run.finished"],
};

let stack: Stack;
let receiver: Receiver;
let settings: string;
before(async () => {
  receiver = await startReceiver((response) => response.writeHead(204).end());
  settings = await mkdtemp(join(tmpdir(), "thaw-notifications-"));
  await writeFile(join(settings, "key"), `whsec_${"k".repeat(43)}=`);
  const endpoints = Object.entries(WANTED).map(
    ([name, events]) =>
      `  - { name: ${name}, url: "${receiver.url}/${name}", secret: "file:${settings}/key", allow_private: true, events: [${events}] }`,
  );
  const shared = await sharedStack();
  stack = shared;
  await writeFile(shared.notifications, `endpoints:\n${endpoints.join("\n")}\n`);
});
after(async () => {
  await stack.close();
  await receiver.close();
  await rm(settings, { recursive: true, force: true });
});

const toldTo = (endpoint: string) =>
  receiver.received
    .filter(({ path }) => path === `/${endpoint}`)
    .map(({ body, headers }) => {
      const { type, data } = JSON.parse(body) as { readonly type: string; readonly data: ThawEvent };
      return { type, data, id: String(headers["webhook-id"]) };
    })
    .toSorted((a, b) => (a.data.reminder ?? 0) - (b.data.reminder ?? 0));
const inBrief = (endpoint: string) => toldTo(endpoint).map(({ type, data }) => `${type} ${data.reminder}`);

test("who does not answer is reminded, and before the last day is over whoever wants that hears that it is the last time", async () => {
  const first = { version: 1, at: "2026-01-01T00:00:00Z", by: "ann", how: "manual" } as const;
  await decideAlias(stack.session.store, "waves", "champion", first);
  const request: ApprovalRequest = {
    ...APPROVAL.request,
    ...{ model: "waves", version: 2 },
    ...{ remindAfterHours: 1 / HOUR_SECONDS, expiresAfterDays: 3.5 / DAY_SECONDS },
  };
  const workflowId = approvalId("waves", 2);
  const handle = await stack.session.temporal.workflow.start(APPROVAL_TYPE, {
    ...{ workflowId, taskQueue: CONTROL_QUEUE, args: [request] },
  });
  const { outcome, reminders, since, expires } = (await handle.result()) as Approval;
  assert.deepEqual([outcome?.state, reminders], ["expired", 3]);
  await until(
    "all are told",
    () => toldTo("ops").length >= 3 && toldTo("boss").length >= 1 && toldTo("both").length >= 3,
    () => receiver.received.map(({ path, body }) => [path, body]),
  );
  assert.deepEqual(inBrief("ops"), ["model.waiting 1", "model.waiting 2", "model.waiting 3"]);
  assert.deepEqual(inBrief("boss"), ["model.expiring 3"]);
  assert.deepEqual(inBrief("both"), ["model.waiting 1", "model.waiting 2", "model.expiring 3"]);
  assert.deepEqual(inBrief("runs"), []);

  const [{ data } = assert.fail()] = toldTo("ops");
  assert.deepEqual([data.model, data.version, data.workflowId], ["waves", 2, workflowId]);
  assert.equal(data.command, "thaw approve waves@2");
  assert.ok(
    data.sentence.startsWith(
      `waves@2 waits for a person since ${since}; without an answer it is rejected at ${expires}`,
    ),
  );
  const [{ data: last } = assert.fail()] = toldTo("boss");
  assert.match(last.sentence, /nobody is asked again before/);
  const ids = ["ops", "boss", "both"].map((endpoint) => toldTo(endpoint).map(({ id }) => id));
  assert.equal(new Set(ids[0]).size, 3, "a receiver tells reminders apart");
  assert.equal(ids[0]?.[0], ids[2]?.[0], "the same message for whomever");
});

/** Versions that wait for a person, on real services with the real control worker: every way in which that ends. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { WorkflowHandle } from "@temporalio/client";
import { whoAmI } from "../../../client/whoAmI.js";
import { CONTROL_QUEUE } from "../../../spec/pipeline/run.js";
import type { AliasDecision } from "../../../spec/records/aliasDecision.js";
import {
  APPROVAL_STATE_QUERY,
  APPROVAL_TYPE,
  type Approval,
  type ApprovalRequest,
  approvalId,
  DECIDE_UPDATE,
} from "../../../spec/retraining/approval.js";
import { aliasHistory, decideAlias } from "../../../store/records/aliases.js";
import { readApproval } from "../../../store/records/approvals.js";
import { registerModel, writeRun } from "../../../store/records/records.js";
import { thaw, thawJson, thawRefusal } from "../../support/cli/thaw.js";
import { APPROVAL } from "../../support/models/approvals.js";
import { SCANS } from "../../support/models/modelVersions.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { until } from "../../support/until.js";

let stack: Stack;
before(async () => {
  stack = await sharedStack();
});
after(() => stack.close());

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** A model of its own for each test: version 1 is the champion, later ones have runs and reports. */
async function modelOf(name: string, versions: number): Promise<void> {
  const { store } = stack.session;
  const { version: _version, ...model } = SCANS;
  for (let version = 1; version <= versions; version++) {
    const weights = { ...model.weights, digest: String(version).repeat(64) };
    const runId = runOf(name, version);
    await registerModel(store, { ...model, name, runId, weights });
    await writeRun(store, {
      ...{ runId, model: name, version, testAccuracy: 0.9, testAccuracyInterval: [0.8, 0.95], byStage: [] },
      artifacts: { report: { kind: "report", key: "b".repeat(64), digest: reportOf(version) } },
    });
  }
  const first = { version: 1, at: "2026-01-01T00:00:00Z", by: "ann", how: "manual" } as const;
  await decideAlias(store, name, "champion", first);
}

const runOf = (name: string, version: number): string => `${name}-2026010${version}-000000-abcd`;
const reportOf = (version: number): string => String(version).padStart(64, "a");

/** As retraining asks. */
async function ask(
  model: string,
  version: number,
  more: Partial<ApprovalRequest> = {},
): Promise<WorkflowHandle> {
  const request: ApprovalRequest = {
    ...APPROVAL.request,
    ...{ model, version, runId: runOf(model, version), reportDigest: reportOf(version) },
    ...more,
  };
  const handle = await stack.session.temporal.workflow.start(APPROVAL_TYPE, {
    workflowId: approvalId(model, version),
    taskQueue: CONTROL_QUEUE,
    args: [request],
    workflowIdReusePolicy: "ALLOW_DUPLICATE",
  });
  await until("the question is written down", async () => (await recordOf(model, version)) !== undefined);
  return handle;
}

const recordOf = (model: string, version: number) => readApproval(stack.session.store, model, version);
const logOf = (model: string): Promise<AliasDecision[]> =>
  aliasHistory(stack.session.store, model, "champion");
const ok = <T>(...args: string[]): Promise<T> => thawJson<T>(stack.folder, ...args);
const refusal = (...args: string[]): Promise<string> => thawRefusal(stack.folder, ...args);

test("what waits is listed; approved it is the champion, on proof and report, and both names are recorded", async () => {
  await modelOf("digits", 2);
  const handle = await ask("digits", 2);
  let waiting: Approval[] = [];
  await until("it is listed", async () => {
    ({ approvals: waiting } = await ok<{ approvals: Approval[] }>("approvals"));
    return waiting.length > 0;
  });
  assert.deepEqual(waiting, [await handle.query(APPROVAL_STATE_QUERY)]);
  const { stdout } = await thaw(["approvals", "digits"], { cwd: stack.folder });
  for (const part of ["digits@2", APPROVAL.request.sentence, `thaw report ${runOf("digits", 2)} --open`])
    assert.ok(stdout.includes(part), `${part} in ${stdout}`);
  const approved = await ok<Approval>("approve", "digits@2", "--note", "better at night");
  const { state, decision, aliasEntry } = approved.outcome ?? {};
  assert.deepEqual(
    [state, decision?.by, decision?.note, aliasEntry],
    ["approved", whoAmI(), "better at night", 2],
  );
  assert.match(decision?.identity ?? "", /^\d+@/, "the client of the update, as the history has it");
  const { at: _at, ...entry } = (await logOf("digits")).at(-1) as AliasDecision;
  assert.deepEqual(entry, {
    ...{ seq: 2, version: 2, before: 1, by: whoAmI(), how: "approved", note: "better at night" },
    ...{ reportDigest: reportOf(2), evidence: APPROVAL.request.evidence },
  });
  assert.deepEqual(await handle.result(), approved);
  assert.deepEqual(await recordOf("digits", 2), approved);
  assert.match(
    await refusal("approve", "digits@2"),
    /APPROVAL_REFUSED.*digits@2 waits for nobody: .* approved digits@2/,
  );
  await until("it is listed no more", async () => {
    const { approvals } = await ok<{ approvals: Approval[] }>("approvals", "digits");
    return approvals.length === 0;
  });
});

test("rejected it is not, and can be asked about again; the record of the first question stays", async () => {
  await modelOf("words", 2);
  await ask("words", 2);
  const { outcome } = await ok<Approval>("reject", "words@2", "--note", "confuses a and o");
  assert.equal(outcome?.sentence, `${whoAmI()} rejected words@2: confuses a and o`);
  assert.equal((await logOf("words")).length, 1);
  await stack.session.temporal.workflow.getHandle(approvalId("words", 2)).result();
  await ask("words", 2, { sentence: "asked for again" });
  await until(
    "the second question has a record",
    async () => (await recordOf("words", 2))?.outcome === undefined,
  );
  assert.equal((await ok<Approval>("approve", "words@2")).outcome?.state, "approved");
});

test("a decision on another report is refused, and the question goes on", async () => {
  await modelOf("signs", 2);
  // The report was made anew after it was asked.
  const handle = await ask("signs", 2, { reportDigest: "f".repeat(64) });
  assert.match(
    await refusal("approve", "signs@2"),
    /APPROVAL_REFUSED.*another report on signs@2 .*ffffffffffff/,
  );
  assert.match(await refusal("approve", "signs@2", "--report", "e".repeat(64)), /another report/);
  assert.match(await refusal("approve", "signs@2", "--report", "ffff"), /64 hex digits/);
  await assert.rejects(handle.executeUpdate(DECIDE_UPDATE, { args: [{ verdict: "approve" }] }));
  assert.equal(((await handle.query(APPROVAL_STATE_QUERY)) as Approval).outcome, undefined);
  assert.equal((await logOf("signs")).length, 1);
  const decided = await ok<Approval>("reject", "signs@2", "--report", "f".repeat(64));
  assert.equal(decided.outcome?.state, "rejected");
});

test("where a second person is required, whoever asked cannot answer, and somebody else can", async () => {
  await modelOf("leaves", 2);
  const requestedBy = { workflowId: "retrain-leaves-1", person: whoAmI() };
  const handle = await ask("leaves", 2, { secondPerson: true, requestedBy });
  assert.match(await refusal("approve", "leaves@2"), /APPROVAL_REFUSED.*leaves@2 needs a second person/);
  assert.match(await refusal("reject", "leaves@2"), /needs a second person/);
  const answer = { verdict: "approve", reportDigest: reportOf(2), by: "grace@desk", note: "read it" };
  const approved = (await handle.executeUpdate(DECIDE_UPDATE, { args: [answer] })) as Approval;
  assert.deepEqual([approved.outcome?.state, approved.outcome?.decision?.by], ["approved", "grace@desk"]);
  assert.equal((await logOf("leaves")).at(-1)?.by, "grace@desk");
});

test("of decisions at the same moment one is taken, and the others are told whose", async () => {
  await modelOf("scans", 2);
  const handle = await ask("scans", 2);
  const answers = ["ann", "ben", "eve", "joe"].map((by, index) => ({
    ...{ verdict: index % 2 === 0 ? "approve" : "reject", reportDigest: reportOf(2), by },
  }));
  const told = await Promise.allSettled(
    answers.map((answer) => handle.executeUpdate<Approval, [unknown]>(DECIDE_UPDATE, { args: [answer] })),
  );
  const taken = told.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  assert.equal(taken.length, 1);
  const { decision, state } = taken[0]?.outcome ?? {};
  assert.equal((await recordOf("scans", 2))?.outcome?.decision?.by, decision?.by);
  assert.equal((await logOf("scans")).length, state === "approved" ? 2 : 1);
  for (const one of told) {
    if (one.status === "fulfilled") continue;
    const cause = (one.reason as { cause?: Error }).cause ?? (one.reason as Error);
    // Those that come after its end find no workflow.
    assert.match(cause.message, /decided at|approved scans@2|rejected scans@2|completed/);
  }
});

test("approved after the alias was moved by somebody else it is overtaken: nothing moves, and exit code 1", async () => {
  await modelOf("birds", 3);
  await ask("birds", 2);
  await ok("promote", "birds@3", "--note", "by hand");
  const { status, stdout } = await thaw(["approve", "birds@2", "--json"], { cwd: stack.folder });
  assert.equal(status, 1);
  const { outcome } = JSON.parse(stdout) as Approval;
  assert.equal(outcome?.state, "overtaken");
  assert.match(
    outcome?.sentence ?? "",
    /nothing was done: birds@champion was moved meanwhile by .*version 3/,
  );
  assert.deepEqual(
    (await logOf("birds")).map(({ version }) => version),
    [1, 3],
  );
});

test("a question that nobody answers is asked no more once the alias was moved by hand", async () => {
  await modelOf("roads", 2);
  const handle = await ask("roads", 2, { remindAfterHours: 3 / HOUR_SECONDS });
  await ok("promote", "roads@2", "--note", "in a hurry");
  const ended = (await handle.result()) as Approval;
  assert.deepEqual([ended.reminders, ended.outcome?.state], [0, "overtaken"]);
  assert.match(ended.outcome?.sentence ?? "", /roads@champion was moved meanwhile by .* \(version 2, /);
  assert.equal(ended.outcome?.decision, undefined);
});

test("a newer version's question ends the older one's, and says so", async () => {
  await modelOf("trees", 3);
  const older = await ask("trees", 2);
  const newer = await ask("trees", 3);
  const ended = (await older.result()) as Approval;
  assert.equal(ended.outcome?.state, "superseded");
  assert.match(ended.outcome?.sentence ?? "", /trees@2 is asked about no more: trees@3 is newer/);
  assert.deepEqual(await recordOf("trees", 2), ended);
  assert.match(await refusal("approve", "trees@2"), /trees@3 is newer/);
  await newer.cancel();
  await assert.rejects(newer.result());
  assert.equal((await recordOf("trees", 3))?.outcome?.state, "withdrawn", "cancelled in Temporal");
});

test("who does not answer is asked again, and after the last day it counts as rejected", async () => {
  await modelOf("waves", 2);
  const handle = await ask("waves", 2, {
    ...{ remindAfterHours: 1 / HOUR_SECONDS, expiresAfterDays: 3.5 / DAY_SECONDS },
  });
  await until("a reminder is in the record", async () => ((await recordOf("waves", 2))?.reminders ?? 0) > 0);
  const ended = (await handle.result()) as Approval;
  assert.deepEqual([ended.reminders, ended.outcome?.state], [3, "expired"]);
  assert.ok((ended.outcome?.at ?? "") >= ended.expires);
  assert.match(ended.outcome?.sentence ?? "", /nobody decided on waves@2 .*counts as a rejection/);
  assert.deepEqual(await recordOf("waves", 2), ended);
  assert.equal((await logOf("waves")).length, 1);
  assert.match(await refusal("approve", "waves@2"), /nobody decided on waves@2/);
});

test("about a version that nobody is asked about nothing can be decided", async () => {
  await modelOf("stars", 1);
  assert.match(await refusal("approve", "stars@1"), /NOT_FOUND.*nobody is asked about stars@1/);
  assert.match(await refusal("approve", "moons"), /NOT_FOUND/);
  const { stderr } = await thaw(["approvals", "stars"], { cwd: stack.folder });
  assert.match(stderr, /Nothing waits for a person/);
  // Of a name that is misspelt nothing waits either.
  for (const words of [["approvals"], ["models", "ticks"]])
    assert.match(await refusal(...words, "moons"), /NOT_FOUND.*no model called "moons"/);
});

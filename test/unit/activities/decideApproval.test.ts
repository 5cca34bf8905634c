/** What becomes of a person's decision: the alias' log, and the sentence about it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decide } from "../../../activities/retraining/approval.js";
import type { Decision } from "../../../spec/retraining/approval.js";
import { aliasHistory, decideAlias } from "../../../store/records/aliases.js";
import { olderApprovals, readApproval, writeApproval } from "../../../store/records/approvals.js";
import { APPROVAL } from "../../support/models/approvals.js";
import { memoryStore } from "../../support/services/memoryStore.js";

const { request } = APPROVAL;
const DECISION: Decision = {
  ...{ verdict: "approve", reportDigest: request.reportDigest, by: "ben@desk", note: "good" },
  ...{ at: "2026-01-02T00:00:00Z", identity: "7@desk" },
};

async function withChampion() {
  const { store } = memoryStore();
  const first = { version: 1, at: "2025-12-01T00:00:00Z", by: "ann", how: "manual" } as const;
  await decideAlias(store, "digits", "champion", first);
  return store;
}

test("an approval points the alias on the proof and the report, once however often it is tried", async () => {
  const store = await withChampion();
  const outcome = await decide({ store }, APPROVAL, DECISION);
  assert.deepEqual([outcome.state, outcome.aliasEntry, outcome.decision], ["approved", 2, DECISION]);
  assert.match(outcome.sentence, /^ben@desk approved digits@2, which is digits@champion now: good$/);
  assert.deepEqual(await decide({ store }, APPROVAL, DECISION), outcome);
  const log = await aliasHistory(store, "digits", "champion");
  assert.equal(log.length, 2);
  assert.deepEqual(log[1], {
    ...{ seq: 2, version: 2, before: 1, at: DECISION.at, by: "ben@desk", how: "approved", note: "good" },
    ...{ reportDigest: request.reportDigest, evidence: request.evidence },
  });
});

test("a rejection leaves the alias", async () => {
  const store = await withChampion();
  const outcome = await decide({ store }, APPROVAL, { ...DECISION, verdict: "reject" });
  assert.deepEqual([outcome.state, outcome.sentence], ["rejected", "ben@desk rejected digits@2: good"]);
  assert.equal((await aliasHistory(store, "digits", "champion")).length, 1);
});

test("an approval of what was asked before the alias was moved moves nothing, and says who was first", async () => {
  const store = await withChampion();
  const other = { version: 5, at: "2026-01-01T12:00:00Z", by: "eve", how: "manual" } as const;
  await decideAlias(store, "digits", "champion", other);
  const outcome = await decide({ store }, APPROVAL, DECISION);
  assert.equal(outcome.state, "overtaken");
  assert.match(outcome.sentence, /nothing was done: digits@champion was moved meanwhile by eve \(version 5/);
  assert.equal((await aliasHistory(store, "digits", "champion")).at(-1)?.version, 5);
});

test("older questions are those of the same model and alias that nobody answered", async () => {
  const { store } = memoryStore();
  const asked = (change: Partial<typeof request>, more: object = {}) =>
    writeApproval(store, { ...APPROVAL, ...more, request: { ...request, ...change } });
  const outcome = { state: "rejected", at: "2026-01-02", sentence: "no" } as const;
  await asked({ version: 1 });
  await asked({ version: 2 }, { outcome });
  await asked({ version: 3 }, { outcome });
  await asked({ version: 3 }, { since: "2026-01-03T00:00:00.000Z" });
  await asked({ version: 4, alias: "canary" });
  await asked({ version: 5 });
  await asked({ model: "digits-v1", version: 1 });
  const older = await olderApprovals(store, { ...request, version: 5 });
  assert.deepEqual(older, ["approve-digits-v1", "approve-digits-v3"]);
  assert.equal((await readApproval(store, "digits", 3))?.outcome, undefined, "the newest question counts");
  assert.equal((await readApproval(store, "digits", 2))?.outcome?.state, "rejected");
  assert.equal(await readApproval(store, "digits", 9), undefined);
});

/** Answers of people about a version: which are taken, and when it is asked again. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MOST_OF_A_NOTE } from "../../../../spec/records/aliasDecision.js";
import {
  type Approval,
  type Decision,
  MOST_REMINDERS,
  nextStep,
  refusedVerdict,
  termsOf,
} from "../../../../spec/retraining/approval.js";
import { modelSchema } from "../../../../spec/runFile/model.js";
import { APPROVAL } from "../../../support/models/approvals.js";

const { request } = APPROVAL;
const ANSWER = { verdict: "approve", reportDigest: request.reportDigest, by: "ben@desk", note: "good" };
const refused = (verdict: unknown, approval: Approval = APPROVAL, given?: Decision) =>
  refusedVerdict(verdict, approval, given, MOST_OF_A_NOTE);

describe("an answer", () => {
  it("is taken, with a note or without, to approve or to reject", () => {
    assert.equal(refused(ANSWER), undefined);
    const { note: _note, ...plain } = ANSWER;
    assert.equal(refused(plain), undefined);
    assert.equal(refused({ ...ANSWER, verdict: "reject" }), undefined);
  });

  for (const [what, value, why] of [
    ["nothing", undefined, /no JSON object/],
    ["null", null, /no JSON object/],
    ["a list", [ANSWER], /no JSON object/],
    ["a text", JSON.stringify(ANSWER), /no JSON object/],
    ["no verdict", { ...ANSWER, verdict: undefined }, /`verdict`/],
    ["another verdict", { ...ANSWER, verdict: "Approve" }, /`verdict`/],
    ["no digest", { ...ANSWER, reportDigest: undefined }, /`reportDigest`/],
    [
      "the beginning of a digest",
      { ...ANSWER, reportDigest: request.reportDigest.slice(0, 12) },
      /`reportDigest`/,
    ],
    ["nobody", { ...ANSWER, by: " " }, /`by`/],
    ["a number for a name", { ...ANSWER, by: 7 }, /`by`/],
    ["a name without end", { ...ANSWER, by: "x".repeat(201) }, /`by`/],
    ["an empty note", { ...ANSWER, note: "" }, /`note`/],
    ["a note without end", { ...ANSWER, note: "x".repeat(MOST_OF_A_NOTE + 1) }, /`note`/],
    ["null for a note", { ...ANSWER, note: null }, /`note`/],
  ] as const) {
    it(`that is malformed is refused: ${what}`, () => {
      const refusal = refused(value);
      assert.match(refusal?.message ?? "", why);
      assert.ok(refusal?.hint?.includes(request.reportDigest), "the hint has what it has to look like");
    });
  }

  it("on another report than the one that was made is refused, and the run of that one is named", () => {
    const refusal = refused({ ...ANSWER, reportDigest: "f".repeat(64) });
    assert.match(refusal?.message ?? "", /another report on digits@2 \(ffffffffffff\)/);
    assert.match(refusal?.hint ?? "", new RegExp(`thaw report ${request.runId}`));
  });

  it("is refused while another one is carried out, and after that one", () => {
    const given: Decision = { ...ANSWER, verdict: "reject", by: "ann", at: "2026-01-02T00:00:00Z" };
    assert.match(refused(ANSWER, APPROVAL, given)?.message ?? "", /decided at 2026-01-02.* by ann: reject/);
    const outcome = { state: "expired", at: "2026-01-08", sentence: "nobody decided" } as const;
    assert.equal(refused(ANSWER, { ...APPROVAL, outcome })?.message, "nobody decided");
  });

  it("of who asked is refused where a second person has to answer, however the name is written", () => {
    const second = { ...APPROVAL, request: { ...request, secondPerson: true } };
    for (const by of ["ann@desk", "Ann@desk", " ann@desk ", "ann@laptop", "ann"])
      assert.match(refused({ ...ANSWER, by }, second)?.message ?? "", /needs a second person/, by);
    assert.equal(refused(ANSWER, second), undefined);
    assert.equal(
      refused({ ...ANSWER, by: "ann@desk" }),
      undefined,
      "without the rule whoever asked may answer",
    );
  });

  it("of anybody is taken where a schedule asked, who is no person", () => {
    const asked = { workflowId: "retrain-1", schedule: "nightly" };
    const second = { ...APPROVAL, request: { ...request, secondPerson: true, requestedBy: asked } };
    assert.equal(refused(ANSWER, second), undefined);
  });
});

describe("a question", () => {
  const HOUR = 3_600_000;
  const since = Date.UTC(2026, 0, 1);

  it("is asked again each day and is over after a week, if the run file says nothing else", () => {
    const terms = termsOf(modelSchema.parse({}));
    assert.deepEqual(terms, { secondPerson: false, expiresAfterDays: 7, remindAfterHours: 24 });
    assert.deepEqual(terms, termsOf({}), "a client from before these keys sends none");
    const asked = { ...request, ...terms };
    const steps = [0, 1, 2, 3, 4, 5, 6].map((reminders) => nextStep(since, asked, reminders));
    assert.deepEqual(
      steps.map(({ step, at }) => [step, (at - since) / HOUR]),
      [...[24, 48, 72, 96, 120, 144].map((hour) => ["remind", hour]), ["expire", 168]],
    );
  });

  it("that is never asked again expires all the same", () => {
    const never = { ...request, expiresAfterDays: 1, remindAfterHours: 0 };
    assert.deepEqual(nextStep(since, never, 0), { step: "expire", at: since + 24 * HOUR });
  });

  it("is asked again so often at most that its history stays small", () => {
    const often = { ...request, expiresAfterDays: 90, remindAfterHours: 0.001 };
    assert.equal(nextStep(since, often, MOST_REMINDERS - 1).step, "remind");
    assert.equal(nextStep(since, often, MOST_REMINDERS).step, "expire");
  });
});

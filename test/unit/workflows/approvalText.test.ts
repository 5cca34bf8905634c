/** A question to a person as the Temporal UI shows it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { APPROVAL_ENDS, type Approval, refusedVerdict } from "../../../spec/retraining/approval.js";
import { describeApproval, describedStatically } from "../../../workflows/approvalText.js";
import { assertInert } from "../../support/hostile/markdown.js";
import { assertClean, HOSTILE, mixed, poisoned } from "../../support/hostile/texts.js";
import { APPROVAL } from "../../support/models/approvals.js";

const OUTCOME = { at: "2026-01-02T00:00:00Z", sentence: "ben rejected digits@2: too slow" } as const;
/** The JSON of a block of code, and the rest. */
const BLOCK = /\n```json\n([\s\S]*?)\n```/;

test("what is asked has figures, the commands, and JSON that the workflow takes", () => {
  const { staticSummary, staticDetails } = describedStatically(APPROVAL.request);
  assert.equal(staticSummary, "digits@2: may it be champion?");
  for (const text of [staticDetails, describeApproval(APPROVAL)]) {
    for (const part of ["94.2 %", "91.0 %", "version 1 is that now", "ann@desk", "retrain-digits-1"])
      assert.ok(text.includes(part), `${part} in ${text}`);
    assert.match(text, /`thaw report digits-20260101-000000-abcd --open`/);
    assert.match(text, /`thaw approve digits@2 --note WHY` or `thaw reject digits@2 --note WHY`/);
    const answer: unknown = JSON.parse(BLOCK.exec(text)?.[1] ?? "");
    assert.equal(refusedVerdict(answer, APPROVAL, undefined, 1000), undefined);
  }
});

test("while it waits it says until when and how often it was asked; afterwards what became of it, and no command", () => {
  assert.match(
    describeApproval(APPROVAL),
    /Asked on 2026-01-01 00:00 UTC; without an answer.* 2026-01-08 00:00 UTC/,
  );
  assert.match(
    describeApproval({ ...APPROVAL, reminders: 2 }),
    /\*\*Nobody has decided yet\.\*\*.*asked again 2 times/,
  );
  for (const state of APPROVAL_ENDS) {
    const text = describeApproval({ ...APPROVAL, outcome: { ...OUTCOME, state } });
    assert.match(text, new RegExp(`^### . ${state[0]?.toUpperCase()}${state.slice(1)}: digits@2`));
    assert.ok(text.includes("ben rejected digits@2: too slow"));
    assert.doesNotMatch(text, /thaw approve|```/);
  }
});

test("no name acts in it, nor ends its block of code, nor makes it long", () => {
  const texts = [...HOSTILE, ...mixed(5, 60)];
  for (let turn = 0; turn < texts.length; turn += 3) {
    const names = [...texts.slice(turn), ...texts.slice(0, turn)];
    for (const outcome of [undefined, { ...OUTCOME, state: "rejected" } as const]) {
      const bad: Approval = poisoned(
        { ...APPROVAL, ...(outcome === undefined ? {} : { outcome }) },
        names,
        new Set(["state"]),
      );
      const { staticSummary, staticDetails } = describedStatically(bad.request);
      assertClean(staticSummary, "the summary");
      assert.ok(!staticSummary.includes("\n"));
      for (const text of [describeApproval(bad), staticDetails]) {
        assertClean(text, "the details");
        const bytes = Buffer.byteLength(text);
        assert.ok(bytes < 20_000, `${bytes} bytes, which the server does not take`);
        assertInert(text.replace(/\n(`{3,})json\n[\s\S]*?\n\1(?=\n|$)/, ""));
      }
    }
  }
});

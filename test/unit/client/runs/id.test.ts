/** Ids of runs and how people abbreviate them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { newRunId, startOfRun } from "../../../../client/runs/id.js";
import { matchRunId } from "../../../../client/runs/resolve.js";

test("an id is the model's name, the time in UTC and four random letters", () => {
  const id = newRunId("sign-digits", new Date("2026-11-24T09:08:07.654+02:00"));
  assert.match(id, /^sign-digits-20261124-070807-[0-9a-z]{4}$/);
  assert.deepEqual(startOfRun(id), new Date("2026-11-24T07:08:07Z"));
});

test("ids of runs that start in the same second differ", () => {
  const now = new Date();
  // Chance that some of 50 letters-of-four are the same: 50² / 2 / 36⁴ < 0.1 %; more than two alike: never.
  const ids = new Set(Array.from({ length: 50 }, () => newRunId("m", now)));
  assert.ok(ids.size >= 48, `${ids.size} of 50`);
});

for (const wrong of [
  "digits",
  "digits-20261124-101112",
  "digits-20261324-101112-abcd",
  "digits-20261124-101112-abc",
]) {
  test(`${wrong} is no run id`, () => assert.equal(startOfRun(wrong), undefined));
}

const IDS = ["digits-20261124-101112-ab12", "digits-20261124-101112-ac34", "leaves-20261123-090807-zz99"];

test("a beginning that only one run has means that run", () => {
  assert.equal(matchRunId("leaves", IDS), IDS[2]);
  assert.equal(matchRunId("digits-20261124-101112-ab", IDS), IDS[0]);
});

test("a beginning that several runs have is asked about", () => {
  assert.throws(() => matchRunId("digits", IDS), {
    code: "NOT_FOUND",
    message: '2 runs begin with "digits"',
    hint: `write more of the id: ${IDS[0]}, ${IDS[1]}`,
  });
});

test("an unknown id gets the nearest ones, or the newest", () => {
  assert.throws(() => matchRunId("leavs-20261123-090807-zz99", IDS), {
    code: "NOT_FOUND",
    hint: `did you mean ${IDS[2]}?`,
  });
  assert.throws(() => matchRunId("xyz", IDS), { code: "NOT_FOUND", hint: `the runs are ${IDS.join(", ")}` });
  assert.throws(() => matchRunId("", IDS), { code: "NOT_FOUND" });
  assert.throws(() => matchRunId("xyz", []), { code: "NOT_FOUND", hint: /thaw run/ });
});

/** Which priority a run, a look's run and a look's questions have, and which servers keep to it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutPriorities } from "../../../client/temporal/priorities.js";
import { type Asker, priorityOf } from "../../../spec/pipeline/priority.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";

const keyOf = (priority: number | undefined, asker: Asker): number =>
  priorityOf({ name: "digits", ...(priority === undefined ? {} : { priority }) }, asker).priorityKey;

test("a schedule's run goes behind a person's, a question before both, whatever the run file asks", () => {
  const usual = runFileSchema.parse({ name: "digits", data: { path: "images" } }).priority;
  assert.equal(usual, 3);
  for (const priority of [undefined, 2, 3, 4]) {
    const person = keyOf(priority, "person");
    assert.equal(person, priority ?? 3);
    assert.ok(keyOf(priority, "question") < person && person < keyOf(priority, "schedule"));
  }
});

test("no priority is beyond those that Temporal knows", () => {
  assert.deepEqual(
    [keyOf(1, "question"), keyOf(1, "person"), keyOf(5, "person"), keyOf(5, "schedule")],
    [1, 1, 5, 5],
  );
  assert.ok(!runFileSchema.safeParse({ name: "digits", data: { path: "images" }, priority: 6 }).success);
});

test("models take turns by their names", () => {
  assert.equal(priorityOf({ name: "digits" }, "schedule").fairnessKey, "digits");
});

test("servers that may not keep to priorities are told, others and unknown ones not", () => {
  for (const version of ["1.30.4", "1.9.0", "v1.28.0-rc1", "0.32.1"])
    assert.match(withoutPriorities(version)?.problem ?? "", new RegExp(`server ${version} may`));
  for (const version of ["1.31.0", "1.32.0", "2.0.0", "unknown", ""])
    assert.equal(withoutPriorities(version), undefined, version);
});

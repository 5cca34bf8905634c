/** Waiting an outage out, and telling of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Outage } from "../../../spec/records/outage.js";
import { outageText } from "../../../spec/records/outage.js";
import { patiently } from "../../../store/connection/patience.js";

const always = (): boolean => true;

test("each failure is told, with the time of the first, and then that it is over", async () => {
  const told: (Outage | undefined)[] = [];
  const failures = ["it does not answer", "it is slow"];
  const patience = { milliseconds: 60_000, onOutage: (outage: Outage | undefined) => told.push(outage) };
  const result = await patiently(patience, always, async () => {
    const why = failures.shift();
    if (why !== undefined) throw new Error(why);
    return "done";
  });
  assert.equal(result, "done");
  const since = told[0]?.since;
  assert.deepEqual(told, [
    { since, tries: 1, why: "it does not answer" },
    { since, tries: 2, why: "it is slow" },
    undefined,
  ]);
});

test("what succeeds at once, and what cannot heal, tells nothing", async () => {
  const told: unknown[] = [];
  const patience = { milliseconds: 60_000, onOutage: (outage: unknown) => told.push(outage) };
  assert.equal(await patiently(patience, always, async () => 1), 1);
  const refused = patiently(
    patience,
    () => false,
    async () => {
      throw new Error("no");
    },
  );
  await assert.rejects(refused, /^Error: no$/);
  assert.deepEqual(told, []);
});

test("an outage in words has the time of its beginning and the number of tries", () => {
  const outage = { since: "2026-11-29T14:03:20.000Z", tries: 7, why: "" };
  const clock = (time: Date): string => time.toISOString().slice(11, 16);
  assert.equal(outageText(outage, clock), "store unreachable since 14:03, tried 7 times");
  assert.equal(outageText({ ...outage, tries: 1 }, clock), "store unreachable since 14:03, tried once");
});

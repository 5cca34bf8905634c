/** The short form of the months of `npm run chaos`: looks at a model's images by two machines that die. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Machines, startMachines } from "../../chaos/months/machines.js";
import { tend } from "../../chaos/months/month.js";
import type { Night } from "../../chaos/months/plan.js";
import { brokenPromises } from "../../chaos/months/promises.js";
import { type Stack, startStack } from "../../support/services/stack.js";

/** Nights with a change, and those in which somebody dies; nothing happens in the others. */
const EVENTFUL: Readonly<Record<number, Night>> = {
  0: { change: "added" },
  4: { change: "added", trap: { phase: "promoting", place: "after" } },
  9: { change: "removed", twice: true },
  14: { change: "spoilt", trap: { phase: "proving", place: "after" } },
  19: { change: "cleaned" },
  25: { change: "added", twice: true, trap: { phase: "recording", place: "after" } },
};
const NIGHTS = Array.from({ length: 30 }, (_, night): Night => EVENTFUL[night] ?? {});
/** Temporal's limit of a history is 51,200; from 10,240 on it warns. A look has a few dozens. */
const MOST_EVENTS = 150;

let stack: Stack;
let machines: Machines;
before(async () => {
  stack = await startStack({ workers: false });
  machines = await startMachines(stack);
});
after(async () => {
  await machines?.close();
  await stack.close();
});

test("in a month every night leaves a record, each change one training and one promotion, whoever dies meanwhile", async (t) => {
  const month = await tend(stack, machines, NIGHTS, "automatic");
  assert.deepEqual(brokenPromises(NIGHTS, "automatic", month), []);
  assert.deepEqual(month.deaths, ["after promoting", "after proving", "after recording"]);
  assert.deepEqual(
    month.log.map(({ version }) => version),
    [1, 2, 3, 5],
  );
  const events = month.nights.flatMap((night) => night.events);
  t.diagnostic(`${Math.min(...events)} to ${Math.max(...events)} events a look`);
  assert.ok(Math.max(...events) < MOST_EVENTS, `${Math.max(...events)} events`);
});

/** Nothing is done without a person here. */
const ASKING: readonly Night[] = [
  { change: "added" },
  { change: "added", trap: { phase: "asking", place: "after" } },
  {},
  { change: "added", twice: true, trap: { phase: "promoting", place: "after" } },
  { change: "spoilt" },
  { change: "cleaned" },
];

test("people who approve at the same time move the alias once a version, whoever dies while it is asked and done", async () => {
  const month = await tend(stack, machines, ASKING, "ask");
  assert.deepEqual(brokenPromises(ASKING, "ask", month), []);
  assert.deepEqual(month.deaths, ["after asking", "after promoting"]);
  assert.deepEqual(
    month.log.map(({ version, how }) => [version, how]),
    [1, 2, 3].map((version) => [version, "approved"]),
  );
});

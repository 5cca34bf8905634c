import assert from "node:assert/strict";
import { test } from "node:test";
import { progressSignals } from "../../../activities/life/progressSignals.js";
import type { StageProgress } from "../../../spec/pipeline/run.js";

/** The signals of a stage that has news every second. */
function signalsIn(seconds: number): readonly StageProgress[] {
  let now = 0;
  const told: StageProgress[] = [];
  const news = progressSignals(
    "head",
    async (one) => {
      told.push(one);
    },
    () => now,
  );
  for (let second = 1; second <= seconds; second++) {
    now = 1000 * second;
    news({ phase: "epoch 1/8", step: second, total: seconds, images: 32 });
  }
  return told;
}

test("a stage's signals are few however long it takes, and the newest is never older than a quarter of its time", () => {
  assert.equal(signalsIn(9).length, 0);
  assert.equal(signalsIn(40).length, 4);
  const hour = signalsIn(3600);
  assert.ok(hour.length <= 25, `${hour.length} in an hour`);
  const day = signalsIn(86_400);
  assert.ok(day.length <= 40, `${day.length} in a day`);
  const steps = day.map(({ progress }) => progress.step);
  for (const [index, step] of steps.entries())
    assert.ok(step - (steps[index - 1] ?? 0) <= Math.max(10, step / 4) + 1);
  assert.deepEqual(hour[0], { stage: "head", progress: { phase: "epoch 1/8", step: 10, total: 3600 } });
});

test("a signal that fails is nobody's trouble", async () => {
  let now = 0;
  const news = progressSignals(
    "head",
    () => Promise.reject(new Error("the server is away")),
    () => now,
  );
  now = 20_000;
  news({ phase: "epoch 1/8", step: 1, total: 2 });
  await new Promise((resolve) => setImmediate(resolve));
});

test("an outage of the store and its end are told at once, however long the stage has gone on", () => {
  let now = 0;
  const told: string[] = [];
  const news = progressSignals(
    "tune-1",
    async ({ progress }) => {
      told.push(progress.outage === undefined ? "on" : "away");
    },
    () => now,
  );
  const outage = { since: "2026-11-29T14:03:00.000Z", tries: 1, why: "it does not answer" };
  const at = (seconds: number, isAway: boolean): void => {
    now = 1000 * seconds;
    news({ phase: "epoch 1/8", step: 1, total: 2, ...(isAway ? { outage } : {}) });
  };
  at(3600, false);
  at(3605, true);
  at(3611, true);
  at(3650, true);
  at(3660, false);
  assert.deepEqual(told, ["on", "away", "on"]);
  // A store that comes and goes all day must not fill the history.
  for (let seconds = 4000; seconds < 86_400; seconds += 10) at(seconds, seconds % 20 === 0);
  assert.ok(told.length < 100, `${told.length} signals`);
});

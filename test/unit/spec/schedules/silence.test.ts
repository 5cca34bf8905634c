/** Spans of missed looks, each of which is told once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { latestTimes } from "../../../../spec/schedules/expected.js";
import type { AbsentLook, FoundLook } from "../../../../spec/schedules/looks.js";
import { gapsOf } from "../../../../spec/schedules/silence.js";

const day = (date: number): Date => new Date(Date.UTC(2026, 10, date, 3));
const NOW = new Date("2026-11-20T12:00:00Z");
const HOLDS = { since: day(1), catchup: 3600 };
const missed = (at: Date, why: AbsentLook["why"] = "missed"): AbsentLook => ({ at, why, sentence: why });
const found = (startedAt: Date): FoundLook => ({
  ...{ workflowId: `look ${startedAt.toISOString()}`, startedAt, running: false },
});
const gaps = (absent: readonly AbsentLook[], looks: readonly FoundLook[], now = NOW) =>
  gapsOf(absent, looks, HOLDS, now).map(({ since, missed: all }) => [
    since.getUTCDate(),
    all.map(({ at }) => at.getUTCDate()),
  ]);

test("missed looks with none in between are one span, which begins with the look before", () => {
  assert.deepEqual(
    gaps([missed(day(18)), missed(day(13)), missed(day(12))], [found(day(14)), found(day(11))]),
    [
      [11, [12, 13]],
      [14, [18]],
    ],
  );
});

test("before the first look a span begins when the times began to hold, and grows under the same name", () => {
  assert.deepEqual(gaps([missed(day(2))], []), [[1, [2]]]);
  assert.deepEqual(gaps([missed(day(2)), missed(day(3))], []), [[1, [2, 3]]]);
});

test("a look that may be late still is not missed, nor is one that was skipped, waits or was paused", () => {
  const soon = new Date(NOW.getTime() - 3_600_000);
  assert.deepEqual(gaps([missed(soon)], []), []);
  assert.deepEqual(gaps([missed(soon)], [], new Date(NOW.getTime() + 1)), [[1, [20]]]);
  const others = (["skipped", "waits", "paused"] as const).map((why) => missed(day(2), why));
  assert.deepEqual(gaps(others, []), []);
});

test("of more times than the server gives at once the last ones are taken", async () => {
  const hour = 3_600_000;
  const ask = async (from: Date, to: Date): Promise<Date[]> => {
    const all = Math.floor((to.getTime() - from.getTime()) / hour);
    return Array.from(
      { length: Math.min(all, 1_000) },
      (_, index) => new Date(from.getTime() + (index + 1) * hour),
    );
  };
  const few = await latestTimes(ask, new Date(0), new Date(10 * hour));
  assert.deepEqual([few.times.length, few.from.getTime()], [10, 0]);
  const many = await latestTimes(ask, new Date(0), new Date(3_000 * hour));
  assert.equal(many.from.getTime(), 2_250 * hour);
  assert.equal(many.times.at(-1)?.getTime(), 3_000 * hour);
  assert.equal(many.times.length, 750);
});

/** Schedules that pause after failures. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pauseFailing } from "../../../activities/retraining/pauseFailing.js";
import type { Tick } from "../../../spec/retraining/retraining.js";
import type { ScheduleRecord } from "../../../spec/schedules/schedule.js";
import { listSwitches, writeSchedule, writeSwitch } from "../../../store/records/schedules.js";
import { writeTick } from "../../../store/records/ticks.js";
import { memoryStore } from "../../support/services/memoryStore.js";

const ID = "thaw-digits";
const SCHEDULE = {
  ...{ id: ID, model: "digits", overlap: "skip", catchup: 3600, pauseAfter: 3 },
  times: { crons: ["0 3 * * *"], timezone: "UTC", jitter: 0, skip: [] },
  input: { run: { file: { name: "digits" }, dataPath: "/images", thawVersion: "0.1.0" }, schedule: ID },
  ...{ applied: "1".repeat(64), by: "ann@desk" },
  ...{ at: "2026-11-01T00:00:00.000Z", since: "2026-11-01T00:00:00.000Z" },
} as unknown as ScheduleRecord;

const tick = (date: number, verdict: Tick["verdict"], schedule: string | undefined = ID): Tick => ({
  ...{ model: "digits", at: `2026-11-${date}T03:00:00.000Z`, workflowId: `look-${date}`, verdict },
  ...{ sentence: "a sentence", reasons: [] },
  ...(schedule === "" ? {} : { schedule }),
});

async function pausing(ticks: readonly Tick[], schedule: ScheduleRecord = SCHEDULE) {
  const { store } = memoryStore();
  await writeSchedule(store, schedule);
  for (const one of ticks) await writeTick(store, one);
  const paused: string[] = [];
  const ask = () =>
    pauseFailing({ store }, { schedule: ID, model: "digits", workflowId: "look-last" }, async (_id, note) => {
      paused.push(note);
      return true;
    });
  return { store, paused, ask };
}

const failed = (...dates: number[]): Tick[] => dates.map((date) => tick(date, "failed"));

describe("pauseFailing", () => {
  it("pauses after as many failures in a row as were asked for, and leaves a record", async () => {
    const { store, paused, ask } = await pausing([tick(10, "unchanged"), ...failed(11, 12, 13)]);
    assert.equal(
      await ask(),
      "schedule thaw-digits is paused: 3 looks in a row failed, the last one look-last",
    );
    assert.deepEqual(paused, ["3 looks in a row failed, the last one look-last"]);
    const [entry] = await listSwitches(store, ID);
    assert.deepEqual([entry?.paused, entry?.by], [true, "look-last"]);
    assert.equal(await ask(), null, "a repeated attempt does it once");
    assert.equal(paused.length, 1);
  });

  it("a look that did not fail breaks the row; those of people and of other schedules are none of it", async () => {
    for (const ticks of [
      failed(11, 12),
      [...failed(11), tick(12, "waits"), ...failed(13, 14)],
      [...failed(11, 12), tick(13, "failed", "thaw-other"), tick(14, "failed", "")],
    ]) {
      const { paused, ask } = await pausing(ticks);
      assert.equal(await ask(), null);
      assert.deepEqual(paused, []);
    }
    const others = [tick(12, "unchanged", ""), ...failed(11, 13, 14)];
    assert.equal((await (await pausing(others)).ask())?.includes("paused"), true);
  });

  it("counts anew after a pause was ended", async () => {
    const { store, paused, ask } = await pausing(failed(11, 12, 13, 14));
    await writeSwitch(store, { id: ID, at: "2026-11-13T12:00:00.000Z", paused: false, by: "ann@desk" });
    assert.equal(await ask(), null);
    assert.deepEqual(paused, []);
  });

  it("never pauses where it was not asked for", async () => {
    const { pauseAfter: _none, ...never } = SCHEDULE;
    const { ask } = await pausing(failed(11, 12, 13), never);
    assert.equal(await ask(), null);
  });
});

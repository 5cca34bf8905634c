/** Looks that did not take place, from expected times and found looks. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { absentLooks, type FoundLook, isTimeOf, timeOfLook } from "../../../../spec/schedules/looks.js";
import type { Overlap, ScheduleSwitch, ScheduleTimes } from "../../../../spec/schedules/schedule.js";

const DAILY: ScheduleTimes = { crons: ["0 3 * * *"], timezone: "UTC", jitter: 0, skip: [] };
const NOW = new Date("2026-11-20T12:00:00Z");
const day = (date: number, time = "03:00:00"): Date => new Date(`2026-11-${date}T${time}Z`);

/** A look of five minutes. */
function look(at: Date, minutes: number | undefined = 5, started = at): FoundLook {
  const workflowId = `thaw-digits-${at.toISOString().replace(".000", "")}`;
  const running = minutes === undefined;
  return {
    ...{ workflowId, startedAt: started, running },
    ...(running ? {} : { endedAt: new Date(started.getTime() + minutes * 60_000) }),
  };
}
const goesOn = (at: Date): FoundLook => {
  const { endedAt: _endedAt, ...rest } = look(at);
  return { ...rest, running: true };
};

function absent(
  expected: readonly Date[],
  found: readonly FoundLook[],
  {
    times = DAILY,
    overlap = "skip",
    catchup = 3600,
    switches = [],
  }: {
    times?: ScheduleTimes;
    overlap?: Overlap;
    catchup?: number;
    switches?: readonly ScheduleSwitch[];
  } = {},
) {
  return absentLooks(expected, found, { times, overlap, catchup, switches }, NOW).map(({ at, why }) => [
    at.toISOString().slice(8, 16),
    why,
  ]);
}

describe("absentLooks", () => {
  it("finds none where every time has its look, in whatever order and however late it began", () => {
    assert.deepEqual(absent([day(18), day(19)], [look(day(19)), look(day(18), 5, day(18, "03:50:00"))]), []);
  });

  it("tells the missed ones, and the one that was due just now is none yet", () => {
    assert.deepEqual(absent([day(18), day(19), new Date(NOW.getTime() - 30_000)], [look(day(18))]), [
      ["19T03:00", "missed"],
    ]);
  });

  it("a look that was triggered or is of another time stands for none", () => {
    assert.deepEqual(absent([day(18), day(19)], [look(day(18)), look(day(19, "02:50:00"))]), [
      ["19T03:00", "missed"],
    ]);
  });

  it("knows looks by their time before the jitter, each for one time only", () => {
    const times = { ...DAILY, crons: ["0 3,4 * * *"], jitter: 1800 };
    const put = [new Date("2026-11-18T03:20:11.300Z"), new Date("2026-11-18T04:29:59.900Z")];
    assert.deepEqual(absent(put, [look(day(18)), look(day(18, "04:00:00"))], { times }), []);
    assert.deepEqual(absent(put, [look(day(18))], { times }), [["18T04:29", "missed"]]);
  });

  it("tells those whose time came while another look went on", () => {
    const long = look(day(17), 26 * 60);
    assert.deepEqual(absent([day(17), day(18), day(19)], [long, look(day(19))]), [["18T03:00", "skipped"]]);
    assert.deepEqual(absent([day(19), day(20)], [goesOn(day(19))]), [["20T03:00", "skipped"]]);
  });

  it("what waits is not skipped, until the catch-up window is over", () => {
    const of = (catchup: number) =>
      absent([day(19), day(20)], [goesOn(day(19))], { overlap: "buffer-one", catchup });
    assert.deepEqual(of(86_400), [["20T03:00", "waits"]]);
    assert.deepEqual(of(6 * 3600), [["20T03:00", "skipped"]]);
  });

  it("tells those that a pause left out, from its beginning to its end", () => {
    const turned = (at: Date, paused: boolean): ScheduleSwitch => ({
      ...{ id: "thaw-digits", at: at.toISOString(), paused, by: "ann@desk", note: "new camera" },
    });
    const switches = [turned(day(17, "10:00:00"), true), turned(day(18, "10:00:00"), false)];
    const found = [look(day(17))];
    assert.deepEqual(absent([day(17), day(18), day(19)], found, { switches }), [
      ["18T03:00", "paused"],
      ["19T03:00", "missed"],
    ]);
    const [first] = absentLooks(
      [day(18)],
      found,
      { times: DAILY, overlap: "skip", catchup: 60, switches },
      NOW,
    );
    assert.equal(first?.sentence, "the schedule was paused by ann@desk: new camera");
  });
});

describe("times of looks", () => {
  it("stand at the end of the workflow's id", () => {
    assert.equal(timeOfLook("thaw-digits-2026-11-29T03:00:00Z")?.toISOString(), "2026-11-29T03:00:00.000Z");
    assert.equal(timeOfLook("retrain-digits-20261129-030000-ab12"), undefined);
  });

  it("are known by cron in the zone, by interval, and not in a window that is skipped", () => {
    const berlin = { ...DAILY, timezone: "Europe/Berlin", skip: ["* * * * SUN"] };
    assert.ok(isTimeOf(berlin, new Date("2026-07-01T01:00:00Z")));
    assert.ok(!isTimeOf(berlin, new Date("2026-07-01T03:00:00Z")));
    assert.ok(!isTimeOf(berlin, new Date("2026-07-05T01:00:00Z")), "a Sunday");
    const every = { crons: [], every: 21_600, timezone: "UTC", jitter: 0, skip: [] };
    assert.ok(isTimeOf(every, new Date("2026-07-01T18:00:00Z")));
    assert.ok(!isTimeOf(every, new Date("2026-07-01T18:00:01Z")));
  });
});

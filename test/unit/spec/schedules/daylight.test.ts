/** Clocks that are changed, and what that does to looks. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { daylightText, daylightTroubles } from "../../../../spec/schedules/daylight.js";
import { clockChanges, clockIn, zonedText, zoneOf } from "../../../../spec/schedules/zones.js";

const NOW = new Date("2026-11-29T12:00:00Z");
const troubles = (cron: string, timezone: string) =>
  daylightTroubles({ crons: [cron], timezone, jitter: 0, skip: [] }, NOW);

describe("clockChanges", () => {
  it("finds both of a year to the minute, in any zone that has them", () => {
    const of = (zone: string) => clockChanges(zone, NOW).map(({ at, by }) => [at.toISOString(), by]);
    assert.deepEqual(of("Europe/Berlin"), [
      ["2027-03-28T01:00:00.000Z", 60],
      ["2027-10-31T01:00:00.000Z", -60],
    ]);
    assert.deepEqual(of("America/New_York"), [
      ["2027-03-14T07:00:00.000Z", 60],
      ["2027-11-07T06:00:00.000Z", -60],
    ]);
    // By half an hour, and on the southern side of the world.
    assert.deepEqual(of("Australia/Lord_Howe"), [
      ["2027-04-03T15:00:00.000Z", -30],
      ["2027-10-02T15:30:00.000Z", 30],
    ]);
    assert.deepEqual(of("UTC"), []);
    assert.deepEqual(of("Asia/Tokyo"), []);
  });
});

describe("daylightTroubles", () => {
  it("tells both readings of a time that one day has not and another has twice", () => {
    const [spring, autumn] = troubles("30 2 * * *", "Europe/Berlin");
    assert.deepEqual([spring?.kind, spring?.day, spring?.clocks], ["left-out", "2027-03-28", ["02:30"]]);
    assert.deepEqual([autumn?.kind, autumn?.day, autumn?.clocks], ["twice", "2027-10-31", ["02:30"]]);
    assert.equal(autumn?.from.toISOString(), "2027-10-31T00:00:00.000Z");
    assert.equal(autumn?.to.toISOString(), "2027-10-31T02:00:00.000Z");
  });

  it("knows which hour it is in a zone: in New York 01:30 comes twice and 02:30 is left out", () => {
    assert.deepEqual(
      troubles("30 1 * * *", "America/New_York").map(({ kind }) => kind),
      ["twice"],
    );
    assert.deepEqual(
      troubles("30 2 * * *", "America/New_York").map(({ kind }) => kind),
      ["left-out"],
    );
  });

  it("says nothing of times that no change touches, of days without one, and of every hour", () => {
    assert.deepEqual(troubles("0 3 * * *", "Europe/Berlin"), []);
    assert.deepEqual(troubles("30 2 * * *", "UTC"), []);
    assert.deepEqual(troubles("30 2 * * MON", "Europe/Berlin"), [], "clocks are changed on Sundays");
    assert.deepEqual(troubles("30 * * * *", "Europe/Berlin"), []);
    const skipped = { crons: ["30 2 * * *"], timezone: "Europe/Berlin", jitter: 0, skip: ["* 2 * * SUN"] };
    assert.deepEqual(daylightTroubles(skipped, NOW), [], "it never looks then");
    assert.deepEqual(
      daylightTroubles({ crons: [], every: 3600, timezone: "Europe/Berlin", jitter: 0, skip: [] }, NOW),
      [],
    );
  });

  it("is told in a sentence, with the looks that the server reckons", () => {
    const [spring, autumn] = troubles("30 2 * * *", "Europe/Berlin");
    assert.ok(spring && autumn);
    assert.equal(
      daylightText(spring, "Europe/Berlin", undefined),
      "in Europe/Berlin clocks are put forward on 2027-03-28 and never show 02:30: the look of that time does not take place",
    );
    const twice = "in Europe/Berlin clocks are put back on 2027-10-31 and show 02:30 twice";
    assert.equal(
      daylightText(autumn, "Europe/Berlin", [new Date("2027-10-31T01:30:00Z")]),
      `${twice}: one look takes place, at 01:30 UTC`,
    );
    assert.equal(
      daylightText(autumn, "Europe/Berlin", undefined),
      `${twice}: the look of that time may take place once or twice`,
    );
  });
});

describe("zones", () => {
  it("show what their clocks show", () => {
    const at = new Date("2026-07-01T22:30:05Z");
    assert.equal(zonedText("Europe/Berlin", at), "2026-07-02 00:30");
    assert.deepEqual(clockIn("Europe/Berlin", at), {
      ...{ year: 2026, month: 7, day: 2, hour: 0, minute: 30, second: 5, weekday: 4 },
    });
    assert.equal(zonedText("Europe/Nowhere", at), "");
  });

  it("that there are not are refused, and so are offsets", () => {
    for (const name of ["Europe/Nowhere", "+01:00", ""]) assert.throws(() => zoneOf(name), { code: "USAGE" });
    assert.equal(zoneOf("europe/berlin"), "Europe/Berlin");
  });
});

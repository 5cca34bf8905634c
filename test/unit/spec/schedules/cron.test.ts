/** Cron expressions: what is read, what is refused, and how they are told. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isCronTime, parseCron } from "../../../../spec/schedules/cron.js";
import type { ScheduleTimes } from "../../../../spec/schedules/schedule.js";
import { policiesText, secondsText, timesText } from "../../../../spec/schedules/words.js";

const at = (day: number, weekday: number) => ({ minute: 0, hour: 3, day, month: 6, weekday });

describe("parseCron", () => {
  it("reads numbers, names, lists, ranges and steps", () => {
    const { minutes, hours, days, months, weekdays } = parseCron("*/20 8-10,22 1-31/15 jan,Dec MON-FRI");
    assert.deepEqual(minutes, [0, 20, 40]);
    assert.deepEqual(hours, [8, 9, 10, 22]);
    assert.deepEqual(days, [1, 16, 31]);
    assert.deepEqual(months, [1, 12]);
    assert.deepEqual(weekdays, [1, 2, 3, 4, 5]);
  });

  it("reads 7 as Sunday, like 0, and words with @", () => {
    assert.deepEqual(parseCron("0 0 * * 7").weekdays, [0]);
    assert.deepEqual(parseCron("0 0 * * 5-7").weekdays, [0, 5, 6]);
    assert.deepEqual(parseCron("@weekly").weekdays, [0]);
    assert.equal(parseCron("  0   3 * * *  ").text, "0 3 * * *");
  });

  for (const [cron, why] of [
    ["0 3 * *", /4 fields instead of five/],
    ["", /1 field instead of five/],
    ["0 0 3 * * *", /6 fields/],
    ["60 3 * * *", /'60' is no value from 0 to 59.*field minute/],
    ["0 24 * * *", /'24' is no value from 0 to 23.*field hour/],
    ["0 3 0 * *", /field day of the month/],
    ["0 3 * FOO *", /'FOO'.*field month/],
    ["0 3 * * MON-", /field day of the week/],
    ["0 5-3 * * *", /ends before it begins/],
    ["5/15 * * * *", /a step without a range/],
    ["*/0 * * * *", /a step of nothing/],
    ["1-2-3 * * * *", /no value/],
    ["0,,5 * * * *", /no value/],
    ["-5 * * * *", /no value/],
    ["0 3 31 2,4 *", /no month of it has a day 31/],
    ["CRON_TZ=Europe/Berlin 0 3 * * *", /`--timezone`/],
    ["@every 6h", /`--every`/],
    ["@reboot", /@hourly/],
  ] as const) {
    it(`refuses '${cron}'`, () => {
      assert.throws(() => parseCron(cron), { code: "USAGE", message: why });
    });
  }

  it("takes day 31 of months of which one has it, and day 29 of February", () => {
    assert.deepEqual(parseCron("0 3 31 4,5 *").days, [31]);
    assert.deepEqual(parseCron("0 3 29 2 *").days, [29]);
  });
});

describe("isCronTime", () => {
  it("takes either day where both are restricted, as cron does", () => {
    const cron = parseCron("0 3 1 * MON");
    assert.ok(isCronTime(cron, at(1, 4)));
    assert.ok(isCronTime(cron, at(8, 1)));
    assert.ok(!isCronTime(cron, at(8, 2)));
  });

  it("takes only the restricted one where the other is not", () => {
    assert.ok(!isCronTime(parseCron("0 3 * * MON"), at(1, 4)));
    assert.ok(!isCronTime(parseCron("0 3 1 * *"), at(8, 1)));
  });
});

describe("words", () => {
  const times = (over: Partial<ScheduleTimes>): string =>
    timesText({ crons: [], timezone: "Europe/Berlin", jitter: 0, skip: [], ...over });

  for (const [cron, words] of [
    ["0 3 * * *", "every day at 03:00"],
    ["0 3,15 * * *", "every day at 03:00, 15:00"],
    ["30 6 * * MON-FRI", "on Monday to Friday at 06:30"],
    ["*/15 * * * *", "every 15 minutes, every day"],
    ["0 * * * *", "every hour at :00, every day"],
    ["* * * * *", "every minute, every day"],
    ["0 3 1 * MON", "on day 1 of the month or on Monday at 03:00"],
    ["0 3 1,15 1-3 *", "on day 1, 15 of the month in January to March at 03:00"],
    ["0 8-17 * * *", "every day at :00 of the hours 08 to 17"],
  ] as const) {
    it(`tells '${cron}'`, () => {
      assert.equal(times({ crons: [cron] }), `${words} (Europe/Berlin)`);
    });
  }

  it("tells an interval, the jitter and the windows in which nothing begins", () => {
    assert.equal(
      times({ every: 6 * 3600, jitter: 90, skip: ["* 8-17 * * MON-FRI", "* 22,23 * * *"] }),
      "every 6 h, counted from midnight UTC of 1 January 1970, up to 1 min 30 s later; never on Monday to Friday between 08:00 and 18:00, or between 22:00 and 24:00 (Europe/Berlin)",
    );
  });

  it("shows what it cannot read as it is", () => {
    assert.equal(times({ crons: ["0 3 L * *"] }), "'0 3 L * *' (Europe/Berlin)");
  });

  it("tells the policies, the catch-up window always", () => {
    assert.deepEqual(policiesText({ overlap: "skip", catchup: 3600, pauseAfter: 3 }), [
      "a look whose time comes while another goes on is left out (overlap: skip)",
      "a look that is more than 1 h late is left out (catch-up)",
      "3 failed looks in a row pause it",
    ]);
    assert.equal(
      policiesText({ overlap: "allow-all", catchup: 60, pauseAfter: 1 })[2],
      "a failed look pauses it",
    );
    assert.equal(secondsText(2 * 86_400 + 3661), "2 days 1 h 1 min 1 s");
  });
});

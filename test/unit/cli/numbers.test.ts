/** Numbers as the terminal shows them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  dateTime,
  duration,
  percent,
  roughDuration,
  shortTime,
  withShortTimes,
} from "../../../cli/render/numbers.js";

describe("duration", () => {
  const CASES: readonly (readonly [number, string])[] = [
    [-0.2, "0.0 s"],
    [0, "0.0 s"],
    [8.44, "8.4 s"],
    [59.94, "59.9 s"],
    [59.96, "1:00 min"],
    [125, "2:05 min"],
    [3599.4, "59:59 min"],
    [3599.6, "1:00 h"],
    [3720, "1:02 h"],
    [90_000, "25:00 h"],
  ];
  for (const [seconds, text] of CASES) {
    it(`writes ${seconds} seconds as ${text}`, () => assert.equal(duration(seconds), text));
  }
});

describe("roughDuration", () => {
  it("has no tenths of a second", () => {
    assert.deepEqual([0.4, 41.6, 60, 134.2].map(roughDuration), ["0 s", "42 s", "1:00 min", "2:14 min"]);
  });
});

describe("percent", () => {
  it("has one decimal", () => {
    assert.deepEqual([0, 0.9684, 1].map(percent), ["0.0 %", "96.8 %", "100.0 %"]);
  });
});

describe("shortTime", () => {
  const now = new Date(2026, 10, 29, 23, 59);

  it("has no more of the day than is needed", () => {
    assert.equal(shortTime(new Date(2026, 10, 29, 0, 3), now), "00:03");
    assert.equal(shortTime(new Date(2026, 10, 28, 14, 3), now), "28 Nov 14:03");
    assert.equal(shortTime(new Date(2025, 10, 29, 14, 3), now), "2025-11-29 14:03");
  });
});

describe("withShortTimes", () => {
  const now = new Date(2026, 10, 30, 18, 0);
  const written = new Date(2026, 10, 30, 14, 3).toISOString();

  it("shows a time within a sentence as everywhere", () => {
    assert.equal(
      withShortTimes(`Stage head is paused at epoch 3, step 4, since ${written} by anna@lab.`, now),
      "Stage head is paused at epoch 3, step 4, since 14:03 by anna@lab.",
    );
  });

  it("leaves commands, names and what is no time alone", () => {
    for (const text of [
      `\`thaw logs r --since ${written}\``,
      `a/${written}`,
      `${written}-x`,
      "2026-13-41T99:00:00Z",
    ])
      assert.equal(withShortTimes(text, now), text);
  });
});

describe("dateTime", () => {
  it("pads to a fixed width", () => {
    assert.equal(dateTime(new Date(2026, 0, 2, 3, 4)), "2026-01-02 03:04");
  });
});

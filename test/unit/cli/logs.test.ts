/** Lines of a log on a screen, and points in time on a command line. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { sinceOf } from "../../../cli/options/since.js";
import { logLine } from "../../../cli/render/runs/logs.js";
import { forTerminal } from "../../../cli/terminal/shown.js";
import type { LogLine } from "../../../spec/log.js";
import { colourScreen, plainScreen } from "./screens.js";

const LINE: LogLine = {
  time: "2026-11-25T08:30:05.123Z",
  level: "warn",
  stage: "head",
  attempt: 1,
  message: "stopped: the run was cancelled",
};

describe("a line", () => {
  test("has its time to the second, stage, level and message", () => {
    assert.match(
      logLine(LINE, { ...plainScreen(), live: false }),
      /^2026-11-2\d \d\d:\d\d:05 {2}head {7}warn {3}stopped: the run was cancelled$/,
    );
  });
  test("has a short time on a terminal", () => {
    assert.match(logLine(LINE, plainScreen(), new Date(LINE.time)), /^\d\d:\d\d:05 {2}head/);
  });
  test("names the attempt from the second on", () => {
    assert.match(logLine({ ...LINE, attempt: 2 }, plainScreen()), / {2}head#2 {5}warn /);
  });
  test("is coloured by its level, and never cut", () => {
    const long = "x".repeat(300);
    const [warn, error, info] = (["warn", "error", "info"] as const).map((level) =>
      forTerminal(logLine({ ...LINE, level, message: long }, colourScreen(80))),
    );
    assert.ok(warn?.includes(`\u001b[33m${long}`));
    assert.ok(error?.includes(`\u001b[31m${long}`));
    assert.ok(info?.endsWith(`  ${long}`));
  });
});

describe("--since", () => {
  const now = new Date("2026-11-25T08:30:00Z");
  const CASES: Readonly<Record<string, string | undefined>> = {
    "90s": "2026-11-25T08:28:30.000Z",
    "10m": "2026-11-25T08:20:00.000Z",
    "1.5h": "2026-11-25T07:00:00.000Z",
    "1d": "2026-11-24T08:30:00.000Z",
    "2026-11-24T10:00:00Z": "2026-11-24T10:00:00.000Z",
    "2026-11-24": "2026-11-24T00:00:00.000Z",
    "10": undefined,
    "10 years": undefined,
    "2026-11-24 10:00": new Date("2026-11-24T10:00").toISOString(),
    "2026-11-24T10:00:30.5+0100": "2026-11-24T09:00:30.500Z",
    "2024-02-29": "2024-02-29T00:00:00.000Z",
    "2026-13-45": undefined,
    "2026-02-29": undefined,
    "2026-02-31": undefined,
    "2026-11-24T25:00": undefined,
    "2026-11-24junk": undefined,
    "2026-11-24 (noon)": undefined,
    "99999999999999d": undefined,
    "": undefined,
  };
  for (const [text, time] of Object.entries(CASES))
    test(`"${text}"`, () => assert.equal(sinceOf(text, now)?.toISOString(), time));
});

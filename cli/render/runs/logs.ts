/** A line of a run's log, for terminals and for `grep` alike. */
import type { LogLine } from "../../../spec/log.js";
import type { LogLevel } from "../../../spec/logLevels.js";
import type { Screen } from "../../output.js";
import type { Colours } from "../../terminal/colours.js";
import { dateTime, shortTime } from "../numbers.js";
import { padEnd } from "../text.js";

/** `tune-1` and `evaluate` fit. */
const STAGE_WIDTH = 9;
const LEVEL_WIDTH = 5;

/** Time in the machine's zone, short on a terminal; stage (`#2` for a second attempt), level and message; nothing is cut off. */
export function logLine(
  { time, stage, attempt, level, message }: LogLine,
  { colours, live }: Screen,
  now = new Date(),
): string {
  const at = new Date(time);
  const seconds = Number.isNaN(at.getTime())
    ? time
    : `${live ? shortTime(at, now) : dateTime(at)}:${String(at.getSeconds()).padStart(2, "0")}`;
  const name = attempt > 1 ? `${stage}#${attempt}` : stage;
  const paint = paintOf(level, colours);
  return [
    colours.dim(seconds),
    colours.cyan(padEnd(name, STAGE_WIDTH)),
    paint(padEnd(level, LEVEL_WIDTH)),
    level === "info" ? message : paint(message),
  ].join("  ");
}

function paintOf(level: LogLevel, colours: Colours): (text: string) => string {
  switch (level) {
    case "info":
      return colours.dim;
    case "warn":
      return colours.yellow;
    case "error":
      return colours.red;
  }
}

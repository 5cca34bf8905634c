/** Time zones: what a clock there shows, and when clocks there are changed. */
import { ThawError } from "../errors.js";
import type { ClockTime } from "./cron.js";

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    ...{ timeZone: timezone, hourCycle: "h23", weekday: "short" },
    ...{ year: "numeric", month: "numeric", day: "numeric" },
    ...{ hour: "numeric", minute: "numeric", second: "numeric" },
  });
  formats.set(timezone, made);
  return made;
}

/** @returns the name in the IANA's letters, which the server insists on @throws ThawError USAGE for what is none */
export function zoneOf(name: string): string {
  try {
    // Offsets are accepted by newer engines only, and not by the server.
    if (/^[+-]/.test(name)) throw new RangeError("an offset");
    const { timeZone } = formatOf(name).resolvedOptions();
    // Of two names of a zone this machine may prefer the one that was not given.
    return timeZone.toLowerCase() === name.toLowerCase() ? timeZone : name;
  } catch (cause) {
    throw new ThawError("USAGE", `there is no time zone ${name}`, {
      hint: "zones are named by the IANA: Europe/Berlin, America/New_York, UTC",
      cause,
    });
  }
}

export interface ZonedTime extends ClockTime {
  readonly year: number;
  readonly second: number;
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** What a clock in the zone shows. */
export function clockIn(timezone: string, at: Date): ZonedTime {
  const parts = Object.fromEntries(
    formatOf(timezone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const { year, month, day, hour, minute, second, weekday = "" } = parts;
  return {
    ...{ year: Number(year), month: Number(month), day: Number(day) },
    ...{ hour: Number(hour), minute: Number(minute), second: Number(second) },
    weekday: WEEKDAYS.indexOf(weekday),
  };
}

/** `2026-11-29 03:00`, as a clock in the zone shows it; empty for a zone that this machine does not know. */
export function zonedText(timezone: string, at: Date): string {
  try {
    formatOf(timezone);
  } catch {
    return "";
  }
  const { year, month, day, hour, minute } = clockIn(timezone, at);
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}`;
}

export const two = (value: number): string => String(value).padStart(2, "0");

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Minutes by which the zone's clocks are ahead of UTC. */
function offsetAt(timezone: string, at: Date): number {
  const { year, month, day, hour, minute } = clockIn(timezone, at);
  return (
    Math.round(Date.UTC(year, month - 1, day, hour, minute) / MINUTE) - Math.floor(at.getTime() / MINUTE)
  );
}

/** Clocks are put forward or back. */
export interface ClockChange {
  /** The first moment of the new time. */
  readonly at: Date;
  /** Minutes; negative where they are put back. */
  readonly by: number;
}

/** The changes within a year, by time. @returns none in zones without daylight saving */
export function clockChanges(timezone: string, from: Date): readonly ClockChange[] {
  const changes: ClockChange[] = [];
  const start = Math.floor(from.getTime() / MINUTE) * MINUTE;
  for (let day = 0; day < 366; day++) {
    let [low, high] = [start + day * DAY, start + (day + 1) * DAY];
    const before = offsetAt(timezone, new Date(low));
    const by = offsetAt(timezone, new Date(high)) - before;
    if (by === 0) continue;
    while (high - low > MINUTE) {
      const middle = low + Math.floor((high - low) / MINUTE / 2) * MINUTE;
      if (offsetAt(timezone, new Date(middle)) === before) low = middle;
      else high = middle;
    }
    changes.push({ at: new Date(high), by });
  }
  return changes;
}

/** What changed clocks do to a schedule: times that a day has not, and times that it has twice. */
import { type CronTimes, isCronTime, parseCron } from "./cron.js";
import type { ScheduleTimes } from "./schedule.js";
import { clockChanges, clockIn, two, zonedText } from "./zones.js";

export interface DaylightTrouble {
  readonly kind: "left-out" | "twice";
  /** `2027-03-28`, in the zone. */
  readonly day: string;
  /** Clock times of the looks that are concerned, `02:30`. */
  readonly clocks: readonly string[];
  /** The moments from which to which clocks show a time again: first and second showing, end exclusive; empty where it is left out. */
  readonly from: Date;
  readonly to: Date;
}

const MINUTE = 60_000;
/** More say no more. */
const MOST_CLOCKS = 3;

/** What the zone's changes within a year do to looks by cron. Those of every hour come every hour, whatever clocks show. */
export function daylightTroubles(
  { crons, timezone, skip }: ScheduleTimes,
  now: Date,
): readonly DaylightTrouble[] {
  const parsed = crons.map(parseCron).filter(({ hours }) => hours.length < 24);
  if (parsed.length === 0) return [];
  const skipped = skip.map(parseCron);
  return clockChanges(timezone, now).flatMap(({ at, by }): DaylightTrouble[] => {
    const day = zonedText(timezone, at).slice(0, 10);
    const clocks: string[] = [];
    // Read on from the old time: what clocks would have shown, or show for the first time.
    for (let minute = 0; minute < Math.abs(by); minute++) {
      const shown = minute - (by < 0 ? Math.abs(by) : 0);
      const before = clockIn("UTC", new Date(at.getTime() + shown * MINUTE + offsetBefore(timezone, at)));
      const matches = (cron: CronTimes): boolean => isCronTime(cron, before);
      if (parsed.some(matches) && !skipped.some(matches))
        clocks.push(`${two(before.hour)}:${two(before.minute)}`);
    }
    if (clocks.length === 0) return [];
    const span = by < 0 ? -by * MINUTE : 0;
    return [
      {
        ...{ kind: by > 0 ? "left-out" : "twice", day, clocks },
        ...{ from: new Date(at.getTime() - span), to: new Date(at.getTime() + span) },
      },
    ];
  });
}

/** Milliseconds by which clocks were ahead of UTC until then. */
function offsetBefore(timezone: string, at: Date): number {
  const last = new Date(at.getTime() - MINUTE);
  const { year, month, day, hour, minute } = clockIn(timezone, last);
  return Date.UTC(year, month - 1, day, hour, minute) - last.getTime();
}

/**
 * @param looks moments of looks between `from` and `to`, as the server says; undefined where it was not asked
 */
export function daylightText(
  { kind, day, clocks }: DaylightTrouble,
  timezone: string,
  looks: readonly Date[] | undefined,
): string {
  const [first = ""] = clocks;
  const which = clocks.length > MOST_CLOCKS ? `${first} to ${clocks.at(-1)}` : clocks.join(", ");
  if (kind === "left-out")
    return `in ${timezone} clocks are put forward on ${day} and never show ${which}: the look of that time does not take place`;
  const twice = `in ${timezone} clocks are put back on ${day} and show ${which} twice`;
  if (looks === undefined) return `${twice}: the look of that time may take place once or twice`;
  const times = looks.map((look) => `${look.toISOString().slice(11, 16)} UTC`).join(" and ");
  const count = looks.length === 1 ? "one look takes place" : `${looks.length} looks take place`;
  return `${twice}: ${looks.length === 0 ? "no look takes place" : `${count}, at ${times}`}`;
}

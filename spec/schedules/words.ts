/** Schedules in words. */
import { byDay, byMonth, byWeekday, type CronTimes, DAY_NAMES, MONTH_NAMES, parseCron } from "./cron.js";
import type { SchedulePolicies, ScheduleTimes } from "./schedule.js";
import { two } from "./zones.js";

/** More times of a day are told as ranges. */
const MOST_TIMES = 6;

/** When it looks, a sentence's part each: `every day at 03:00`. */
export function timesText({ crons, every, timezone, jitter, skip }: ScheduleTimes): string {
  const when =
    every === undefined
      ? `${crons.map((cron) => inWords(cron, cronText)).join(", and ")} (${timezone})`
      : `every ${secondsText(every)}, counted from midnight UTC of 1 January 1970`;
  const later = jitter === 0 ? "" : `, up to ${secondsText(jitter)} later`;
  const never = skip.map((cron) => inWords(cron, windowText));
  return `${when}${later}${never.length === 0 ? "" : `; never ${never.join(", or ")} (${timezone})`}`;
}

/** What cannot be read, which a record of a later version may have, stands as it is. */
function inWords(cron: string, words: (parsed: CronTimes) => string): string {
  try {
    return words(parseCron(cron));
  } catch {
    return `'${cron}'`;
  }
}

function cronText(cron: CronTimes): string {
  const clock = clockText(cron);
  const days = daysText(cron);
  return days === "" ? clock : clock.startsWith("every") ? `${clock}, ${days}` : `${days} ${clock}`;
}

/** A time in which nothing begins. */
function windowText(cron: CronTimes): string {
  const { minutes, hours } = cron;
  const days = daysText(cron);
  const clock = minutes.length === 60 ? (hours.length === 24 ? "at all" : hoursText(hours)) : clockText(cron);
  return days === "every day" && clock !== "at all" ? clock : `${days} ${clock}`;
}

/** `between 08:00 and 18:00`. */
const hoursText = (hours: readonly number[]): string =>
  runsOf(hours)
    .map(([first, last]) => `between ${two(first)}:00 and ${two(last + 1)}:00`)
    .join(" or ");

function clockText({ minutes, hours }: CronTimes): string {
  const [first = 0] = minutes;
  if (hours.length === 24) {
    if (minutes.length === 60) return "every minute";
    const step = stepOf(minutes);
    if (step !== undefined && first === 0 && 60 % step === 0) return `every ${step} minutes`;
    return `every hour at ${minutes.map((minute) => `:${two(minute)}`).join(", ")}`;
  }
  if (minutes.length * hours.length <= MOST_TIMES)
    return `at ${hours.flatMap((hour) => minutes.map((minute) => `${two(hour)}:${two(minute)}`)).join(", ")}`;
  if (minutes.length === 60) return `every minute ${hoursText(hours)}`;
  const at =
    minutes.length > MOST_TIMES
      ? `${minutes.length} times an hour`
      : minutes.map((minute) => `:${two(minute)}`).join(", ");
  return `at ${at} of the hours ${rangesText(hours, two)}`;
}

/** The step of values that are evenly spread over their range from the first on. */
function stepOf(values: readonly number[]): number | undefined {
  const [first = 0, second] = values;
  if (second === undefined) return undefined;
  const step = second - first;
  return values.every((value, index) => value === first + index * step) && first + values.length * step === 60
    ? step
    : undefined;
}

function daysText(cron: CronTimes): string {
  const days = byDay(cron) ? `on day ${rangesText(cron.days, String)} of the month` : undefined;
  const weekdays = byWeekday(cron)
    ? `on ${rangesText(cron.weekdays, (day) => capital(DAY_NAMES[day] ?? ""))}`
    : undefined;
  const both = [days, weekdays].filter((text) => text !== undefined).join(" or ");
  const months = byMonth(cron)
    ? ` in ${rangesText(cron.months, (month) => capital(MONTH_NAMES[month - 1] ?? ""))}`
    : "";
  return `${both === "" ? "every day" : both}${months}`;
}

const capital = (word: string): string => `${word.slice(0, 1)}${word.slice(1).toLowerCase()}`;

/** `1 to 5, 8`; two that follow each other are no range. */
function rangesText(values: readonly number[], text: (value: number) => string): string {
  return runsOf(values)
    .flatMap(([first, last]) =>
      last - first < 2
        ? Array.from({ length: last - first + 1 }, (_, index) => text(first + index))
        : [`${text(first)} to ${text(last)}`],
    )
    .join(", ");
}

function runsOf(values: readonly number[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === value - 1) last[1] = value;
    else runs.push([value, value]);
  }
  return runs;
}

const UNITS = [
  ["day", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
] as const;

/** `6 h`, `1 day 12 h`, `90 s` as `1 min 30 s`. */
export function secondsText(seconds: number): string {
  let rest = seconds;
  const parts = UNITS.flatMap(([unit, length]) => {
    const count = Math.floor(rest / length);
    rest -= count * length;
    return count === 0 ? [] : [`${count} ${unit === "day" && count > 1 ? "days" : unit}`];
  });
  return parts.length === 0 ? "0 s" : parts.join(" ");
}

/** What becomes of looks that cannot begin in time. */
export function policiesText({ overlap, catchup, pauseAfter }: SchedulePolicies): readonly string[] {
  const overlapping = {
    skip: "a look whose time comes while another goes on is left out",
    "buffer-one": "of the looks whose time comes while another goes on, the first waits for it",
    "buffer-all": "looks whose time comes while another goes on wait for it",
    "cancel-other": "a look ends the one before it, where that still goes on",
    "allow-all": "looks do not wait for each other",
  }[overlap];
  return [
    `${overlapping} (overlap: ${overlap})`,
    `a look that is more than ${secondsText(catchup)} late is left out (catch-up)`,
    ...(pauseAfter === undefined
      ? []
      : [`${pauseAfter === 1 ? "a failed look pauses" : `${pauseAfter} failed looks in a row pause`} it`]),
  ];
}

/** What the server notes of a pause for which nobody gave a reason. */
export const noteOfPause = (by: string | undefined): string => `paused by ${by}`;

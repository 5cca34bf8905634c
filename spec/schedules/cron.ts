/** Cron expressions of five fields: read once here, so that what people are told and what the server is told is the same. */
import { ThawError } from "../errors.js";

export interface CronTimes {
  /** As it was written, without needless blanks. */
  readonly text: string;
  /** Ascending, like the others. */
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  /** From 1. */
  readonly months: readonly number[];
  /** From 0, Sunday. */
  readonly weekdays: readonly number[];
}

export const MONTH_NAMES = [
  ...["JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY"],
  ...["AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"],
] as const;
export const DAY_NAMES = [
  ...["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"],
] as const;

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** Names of values, whose first three letters do. */
  readonly names?: { readonly words: readonly string[]; readonly from: number };
}

const FIELDS = [
  { name: "minute", least: 0, most: 59 },
  { name: "hour", least: 0, most: 23 },
  { name: "day of the month", least: 1, most: 31 },
  { name: "month", least: 1, most: 12, names: { words: MONTH_NAMES, from: 1 } },
  // 7 is Sunday, too.
  { name: "day of the week", least: 0, most: 7, names: { words: DAY_NAMES, from: 0 } },
] as const satisfies readonly Field[];

const SHORTHANDS: Readonly<Record<string, string>> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
};

/** Of February 29. */
const MOST_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/**
 * Minute, hour, day of the month, month, day of the week: `*`, numbers, names, `a-b`, lists, and steps `/n` of `*` or a range.
 * @throws ThawError USAGE naming the field; also for days that no month of it has
 */
export function parseCron(written: string): CronTimes {
  const text = written.trim().replace(/\s+/g, " ");
  const fields = (SHORTHANDS[text.toLowerCase()] ?? text).split(" ");
  if (fields.length !== FIELDS.length) throw refused(text, shapeFault(text, fields.length));
  const [minutes, hours, days, months, sevenDays] = FIELDS.map((field, index) =>
    valuesOf(text, field, fields[index] ?? ""),
  ) as [number[], number[], number[], number[], number[]];
  const weekdays = ascending(sevenDays.map((day) => day % 7));
  const times = { text, minutes, hours, days, months, weekdays };
  const most = Math.max(...months.map((month) => MOST_DAYS[month - 1] ?? 0));
  if (!byWeekday(times) && (days[0] ?? 0) > most)
    throw refused(text, `no month of it has a day ${days[0]}, so it would never be time`);
  return times;
}

function shapeFault(text: string, count: number): string {
  if (/TZ=/.test(text)) return "the time zone is `--timezone`'s";
  if (/^@every/i.test(text)) return "what comes at an interval is `--every`'s";
  if (text.startsWith("@")) return `of words with @ there are ${Object.keys(SHORTHANDS).join(", ")}`;
  return `it has ${count} field${count === 1 ? "" : "s"} instead of five`;
}

const refused = (text: string, why: string): ThawError =>
  new ThawError("USAGE", `the cron expression '${text}' cannot be read: ${why}`, {
    hint: "minute, hour, day of the month, month, day of the week: '0 3 * * *' is every day at 03:00, '30 6 * * MON-FRI' on weekdays at 06:30",
  });

function valuesOf(cron: string, field: Field, text: string): number[] {
  const values: number[] = [];
  for (const part of text.split(",")) {
    const [, range = "", , step] = /^([^/]*)(\/(\d+))?$/.exec(part) ?? [];
    const [start = "", end, ...more] = range.split("-");
    const isAll = range === "*";
    const first = isAll ? field.least : numberOf(field, start);
    const last = isAll ? field.most : end === undefined ? first : numberOf(field, end);
    const every = step === undefined ? 1 : Number(step);
    const fault = faultOf(field, {
      part,
      first,
      last,
      every,
      isRange: isAll || end !== undefined,
      step,
      more,
    });
    if (fault !== undefined || first === undefined || last === undefined)
      throw refused(cron, `${fault} in the field ${field.name}`);
    for (let value = first; value <= last; value += every) values.push(value);
  }
  return ascending(values);
}

function faultOf(
  { least, most }: Field,
  range: {
    readonly part: string;
    readonly first: number | undefined;
    readonly last: number | undefined;
    readonly every: number;
    readonly isRange: boolean;
    readonly step: string | undefined;
    readonly more: readonly string[];
  },
): string | undefined {
  const { part, first, last, every, isRange, step, more } = range;
  if (first === undefined || last === undefined || more.length > 0)
    return `'${part}' is no value from ${least} to ${most}, list, range or step`;
  if (last < first) return `'${part}' ends before it begins`;
  if (every < 1) return `'${part}' has a step of nothing`;
  // Some programs read 5/15 as 5-59/15, others as 5.
  if (step !== undefined && !isRange) return `'${part}' has a step without a range`;
  return undefined;
}

function numberOf({ least, most, names }: Field, text: string): number | undefined {
  if (/^\d{1,2}$/.test(text)) {
    const value = Number(text);
    return value >= least && value <= most ? value : undefined;
  }
  const word = text.toUpperCase();
  const index = names?.words.findIndex((name) => name === word || name.slice(0, 3) === word) ?? -1;
  return index < 0 || names === undefined ? undefined : index + names.from;
}

const ascending = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);

export const byDay = ({ days }: CronTimes): boolean => days.length < 31;
export const byWeekday = ({ weekdays }: CronTimes): boolean => weekdays.length < 7;
export const byMonth = ({ months }: CronTimes): boolean => months.length < 12;

/** A clock's reading in some zone. */
export interface ClockTime {
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
  readonly month: number;
  readonly weekday: number;
}

/** Where both days are restricted, either will do, as cron has it. */
export function isCronTime(cron: CronTimes, { minute, hour, day, month, weekday }: ClockTime): boolean {
  if (!cron.minutes.includes(minute) || !cron.hours.includes(hour) || !cron.months.includes(month))
    return false;
  const [inDays, inWeek] = [cron.days.includes(day), cron.weekdays.includes(weekday)];
  return byDay(cron) && byWeekday(cron) ? inDays || inWeek : inDays && inWeek;
}

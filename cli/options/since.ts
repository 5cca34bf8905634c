/** A point in time as people give it to `--since`: how long ago, or when. */
import { InvalidArgumentError } from "commander";

const MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The parts of a date, of a time of the day, and of a time zone, which need not be there. */
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/i;

/** @param text `90s`, `10m`, `2h`, `1d`, or what ISO 8601 allows @returns undefined when it is neither, or no such time */
export function sinceOf(text: string, now: Date): Date | undefined {
  const given = text.trim();
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)\s*([smhd])$/.exec(given) ?? [];
  const date =
    amount === undefined ? dateOf(given) : new Date(now.getTime() - Number(amount) * (MS[unit] ?? 0));
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date;
}

/** JavaScript takes `2026-11-25junk` for a day in 2011, and 31 February for one in March. */
function dateOf(text: string): Date | undefined {
  const [, year, month, day] = ISO.exec(text) ?? [];
  if (year === undefined) return undefined;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const isDay = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return isDay ? new Date(text.replace(" ", "T").replace(/([+-]\d{2})(\d{2})$/, tidyZone)) : undefined;
}

const tidyZone = (_zone: string, hours: string, minutes: string): string => `${hours}:${minutes}`;

/** The value of an option. @throws InvalidArgumentError with examples */
export function since(text: string): Date {
  const time = sinceOf(text, new Date());
  if (time !== undefined) return time;
  throw new InvalidArgumentError("It must be like 90s, 10m, 2h or 1d, or a date such as 2026-11-25T08:30.");
}

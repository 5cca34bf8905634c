/** A point in time as people give it to `--since`: how long ago, or when. */
import { InvalidArgumentError } from "commander";

const MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @param text `90s`, `10m`, `2h`, `1d`, or what ISO 8601 allows @returns undefined when it is neither */
export function sinceOf(text: string, now: Date): Date | undefined {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)\s*([smhd])$/.exec(text.trim()) ?? [];
  if (amount !== undefined) return new Date(now.getTime() - Number(amount) * (MS[unit] ?? 0));
  if (!/^\d{4}-\d{2}-\d{2}/.test(text.trim())) return undefined;
  const date = new Date(text.trim());
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** The value of an option. @throws InvalidArgumentError with examples */
export function since(text: string): Date {
  const time = sinceOf(text, new Date());
  if (time !== undefined) return time;
  throw new InvalidArgumentError("It must be like 90s, 10m, 2h or 1d, or a date such as 2026-11-25T08:30.");
}

/** When a message that did not arrive is sent again: the schedule that Standard Webhooks 1.0.0 proposes, about three days. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Seconds after the first attempt, the second one and so on. */
export const DELAYS: readonly number[] = [
  ...[5, 5 * MINUTE, 30 * MINUTE],
  ...[2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR],
];
export const MOST_ATTEMPTS = DELAYS.length + 1;

/** Share by which a delay is shorter or longer, so that what failed at once does not come back at once. */
const JITTER = 0.1;
/** What a receiver may ask for: whoever says "in a year" is asked tomorrow. */
const LONGEST = 24 * HOUR;

/**
 * @param attempt the one that failed, from 1
 * @param random in [0, 1)
 * @param retryAfter seconds that the receiver asked for; never sooner than those
 * @returns seconds to the next attempt
 */
export function delayAfter(
  attempt: number,
  random: number,
  retryAfter = 0,
  delays: readonly number[] = DELAYS,
): number {
  const planned = delays[Math.min(attempt, delays.length) - 1] ?? 0;
  return Math.max(planned * (1 + JITTER * (2 * random - 1)), Math.min(retryAfter, LONGEST));
}

/**
 * @param header `Retry-After` (RFC 9110, 10.2.3): seconds, or a date
 * @param now milliseconds since 1970
 * @returns seconds; undefined where it is neither, or in the past
 */
export function retryAfterOf(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header);
  const seconds = (Date.parse(header) - now) / 1000;
  return seconds > 0 ? seconds : undefined;
}

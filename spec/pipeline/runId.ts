/** Run ids: `NAME-YYYYMMDD-HHMMSS-xxxx`, the time in UTC. */

/** Four of 36 letters: 1.7 million ids for runs of one model that start in the same second. */
export const RUN_ID_SUFFIX_LENGTH = 4;

/** @param random at least so many lower-case letters and digits */
export function runIdAt(name: string, now: Date, random: string): string {
  const [day = "", time = ""] = now.toISOString().replace(/[-:]/g, "").split(/[T.]/);
  return `${name}-${day}-${time}-${random.slice(0, RUN_ID_SUFFIX_LENGTH)}`;
}

/** Run ids: `NAME-YYYYMMDD-HHMMSS-xxxx`, the time in UTC. */

/** Four of 36 letters: 1.7 million ids for runs of one model that start in the same second. */
export const RUN_ID_SUFFIX_LENGTH = 4;

/** @param random at least so many lower-case letters and digits */
export function runIdAt(name: string, now: Date, random: string): string {
  const [day = "", time = ""] = now.toISOString().replace(/[-:]/g, "").split(/[T.]/);
  return `${name}-${day}-${time}-${random.slice(0, RUN_ID_SUFFIX_LENGTH)}`;
}

const PATTERN = /^(.*)-(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2})-[0-9a-z]{4}$/;

/** The time in a run id, to the second; undefined when it is no run id. */
export function startOfRun(runId: string): Date | undefined {
  const [, , year, month, day, hour, minute, second] = PATTERN.exec(runId) ?? [];
  if (year === undefined) return undefined;
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** The name of the model that a run is of; undefined when it is no run id. */
export const modelOfRun = (runId: string): string | undefined => PATTERN.exec(runId)?.[1];

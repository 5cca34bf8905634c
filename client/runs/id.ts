/** Run ids: `NAME-YYYYMMDD-HHMMSS-xxxx`, the time in UTC. */
import { randomInt } from "node:crypto";

/** Four of 36 letters: 1.7 million ids for runs of one model that start in the same second. */
const LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz";
const SUFFIX_LENGTH = 4;
const PATTERN = /-(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2})-[0-9a-z]{4}$/;

/** An id for a run of the model `name` that starts at `now`. */
export function newRunId(name: string, now: Date): string {
  const [day = "", time = ""] = now.toISOString().replace(/[-:]/g, "").split(/[T.]/);
  const suffix = Array.from({ length: SUFFIX_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join("");
  return `${name}-${day}-${time}-${suffix}`;
}

/** The time in a run id, to the second; undefined when it is no run id. */
export function startOfRun(runId: string): Date | undefined {
  const [, year, month, day, hour, minute, second] = PATTERN.exec(runId) ?? [];
  if (year === undefined) return undefined;
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

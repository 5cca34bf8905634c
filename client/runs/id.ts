/** Run ids: made, and read again. */
import { randomInt } from "node:crypto";
import { RUN_ID_SUFFIX_LENGTH, runIdAt } from "../../spec/pipeline/runId.js";

const LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz";
const PATTERN = /-(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2})-[0-9a-z]{4}$/;

/** An id for a run of the model `name` that starts at `now`. */
export function newRunId(name: string, now: Date): string {
  const letter = (): string => LETTERS.charAt(randomInt(LETTERS.length));
  return runIdAt(name, now, Array.from({ length: RUN_ID_SUFFIX_LENGTH }, letter).join(""));
}

/** The time in a run id, to the second; undefined when it is no run id. */
export function startOfRun(runId: string): Date | undefined {
  const [, year, month, day, hour, minute, second] = PATTERN.exec(runId) ?? [];
  if (year === undefined) return undefined;
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

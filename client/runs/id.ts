/** Run ids: made, and read again. */
import { randomInt } from "node:crypto";
import { RUN_ID_SUFFIX_LENGTH, runIdAt } from "../../spec/pipeline/runId.js";

export { startOfRun } from "../../spec/pipeline/runId.js";

const LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz";

/** An id for a run of the model `name` that starts at `now`. */
export function newRunId(name: string, now: Date): string {
  const letter = (): string => LETTERS.charAt(randomInt(LETTERS.length));
  return runIdAt(name, now, Array.from({ length: RUN_ID_SUFFIX_LENGTH }, letter).join(""));
}

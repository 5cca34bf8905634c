/** What work is refused with. */
import assert from "node:assert/strict";
import { ThawError } from "../../spec/errors.js";

/** @returns the error that it ends with; fails where it ends well, or with another one */
export async function refusalOf(work: Promise<unknown>): Promise<ThawError> {
  const error: unknown = await work.then(
    () => assert.fail("it was not refused"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ThawError, error instanceof Error ? String(error.stack) : String(error));
  return error;
}

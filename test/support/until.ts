/** Waits for what happens in another process. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 120_000;
const POLL_MS = 25;

/** @param seen what to tell besides when it does not happen in two minutes */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  seen: () => unknown = () => undefined,
): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; !(await holds()); await sleep(POLL_MS)) {
    if (Date.now() > deadline) assert.fail(`${what}: ${JSON.stringify(seen()) ?? "not yet"}`);
  }
}

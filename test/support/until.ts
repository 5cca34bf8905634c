/** Waits for what happens in another process. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

/** Nothing takes so long; a busy machine is no reason to fail. */
const PATIENCE_MS = 120_000;
const POLL_MS = 25;
/** Rest between two looks, in times of what a look took: servers that are asked without a pause keep a core busy. */
const REST = 5;
const LONGEST_REST_MS = 500;

/** @param seen what to tell besides when it does not happen */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  seen: () => unknown = () => undefined,
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const began = Date.now();
    if (await holds()) return;
    if (Date.now() > deadline) assert.fail(`${what}: ${JSON.stringify(seen()) ?? "not yet"}`);
    await sleep(Math.min(LONGEST_REST_MS, Math.max(POLL_MS, REST * (Date.now() - began))));
  }
}

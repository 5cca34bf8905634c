/** Waits for what happens in another process. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

/** Nothing takes so long; a busy machine is no reason to fail. */
const PATIENCE_MS = 120_000;
const POLL_MS = 25;
/** A look at a run asks two servers and a worker, and one by a command or `ps` starts a process: it rests so many times as long as it took. */
const REST = 8;
const LONGEST_REST_MS = 500;

/** @param seen what to tell besides when it does not happen */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  seen: () => unknown = () => undefined,
): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; ; ) {
    const began = performance.now();
    if (await holds()) return;
    if (Date.now() > deadline) assert.fail(`${what}: ${JSON.stringify(seen()) ?? "not yet"}`);
    await sleep(Math.min(Math.max(POLL_MS, REST * (performance.now() - began)), LONGEST_REST_MS));
  }
}

/** Ends this process when its parent has died, also while the main thread is deep in a kernel. */
import { Worker } from "node:worker_threads";

/**
 * A closed channel is only seen between two turns of the event loop, and a stage may compute for minutes in one.
 * A thread has a loop of its own.
 */
export function endWithParent(): void {
  new Worker(new URL("./orphanThread.js", import.meta.url), { workerData: process.ppid }).unref();
}

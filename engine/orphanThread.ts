/** The thread of `orphan.ts`: a process whose parent died gets another one. */
import { workerData } from "node:worker_threads";

const EVERY_MS = 500;

setInterval(() => {
  // `process.exit` would wait for the main thread.
  if (process.ppid !== workerData) process.kill(process.pid, "SIGKILL");
}, EVERY_MS);

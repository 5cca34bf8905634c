/** Entry of the engine: a child process that does one job at a time and reports progress to its parent. */

import type { EngineControl, EngineJob, EngineMessage, EngineRequest } from "../spec/engineJob.js";
import { toThawError } from "../spec/errors.js";
import { type Outside, runJob } from "./jobs.js";
import { saysOutOfMemory } from "./memoryShortage.js";
import { endWithParent } from "./orphan.js";

function send(message: EngineMessage): void {
  process.send?.(message);
}

/** Commands that the running job has not taken yet. */
let waiting: EngineControl[] = [];

const outside: Outside = {
  onProgress: (progress) => send({ type: "progress", progress }),
  onResumed: (from) => send({ type: "resumed", from }),
  onWritten: (checkpoint) => send({ type: "checkpoint", checkpoint }),
  control: {
    take: () => waiting.splice(0),
    applied: (change) => send({ type: "applied", change }),
  },
};

process.on("message", (request: EngineRequest) => {
  if (request.type === "control") waiting.push(request.control);
  else answer(request.job);
});

function answer(job: EngineJob): void {
  waiting = [];
  runJob(job, outside).then(
    (summary) => send({ type: "done", summary }),
    (error: unknown) => send(failureOf(error)),
  );
}

function failureOf(error: unknown): EngineMessage {
  const { code, message, hint } = toThawError(error, "ENGINE_FAILED");
  if (code === "PAUSED") return { type: "stopped", reason: "pause" };
  if (code === "WORKER_STOPPING") return { type: "stopped", reason: "shutdown" };
  if (code === "ENGINE_FAILED" && saysOutOfMemory(message))
    return { type: "failed", code: "OUT_OF_MEMORY", message: `memory ran out: ${message}` };
  // The stack stays here, in the worker's log; the message crosses.
  if (code === "ENGINE_FAILED") console.error(error);
  return { type: "failed", code, message, ...(hint === undefined ? {} : { hint }) };
}

// It ends with its worker or by its worker, which is told to leave at the same time and asks for a checkpoint first.
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => undefined);

// An engine without a worker has nobody to work for.
process.on("disconnect", () => process.exit(0));
endWithParent();

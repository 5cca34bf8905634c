/** Entry of the engine: a child process that does one job at a time and reports progress to its parent. */

import { fitting } from "../spec/engine/diskFull.js";
import { firstNotFinite } from "../spec/engine/finite.js";
import type { EngineControl, EngineJob, EngineMessage, EngineRequest } from "../spec/engine/job.js";
import { ThawError, toThawError } from "../spec/errors.js";
import { maskOutput } from "../spec/network/maskedOutput.js";
import { startForwarding } from "../tracing/start.js";
import type { Tracing } from "../tracing/tracing.js";
import { type Outside, runJob } from "./jobs.js";
import { saysOutOfMemory } from "./memoryShortage.js";
import { endWithParent } from "./orphan.js";

maskOutput();

function send(message: EngineMessage): void {
  process.send?.(message);
}

/** Commands that the running job has not taken yet. */
let waiting: EngineControl[] = [];

const outside: Outside = {
  onProgress: (progress) => send({ type: "progress", progress }),
  onResumed: (from) => send({ type: "resumed", from }),
  onWritten: (checkpoint) => send({ type: "checkpoint", checkpoint }),
  onUnwritten: (why) => send({ type: "unwritten", why }),
  control: {
    take: () => waiting.splice(0),
    applied: (change) => send({ type: "applied", change }),
  },
};

process.on("message", (request: EngineRequest) => {
  if (request.type === "control") waiting.push(request.control);
  else void answer(request);
});

/** Loaded once, where the worker sends spans anywhere. */
let tracing: Promise<Tracing> | undefined;

async function answer({
  job,
  trace,
  traced: isTraced,
}: Extract<EngineRequest, { type: "job" }>): Promise<void> {
  waiting = [];
  if (isTraced) tracing ??= startForwarding("engine", (spans) => send({ type: "spans", spans }));
  const traced = await tracing;
  const span = traced && (await import("./jobSpan.js")).openJobSpan(job, trace, outside);
  const toWorker = span?.outside ?? outside;
  try {
    const summary: unknown = await fitting(`what ${job.kind} writes`, placeOf(job), () =>
      runJob(job, toWorker),
    );
    const broken = firstNotFinite(summary);
    if (broken !== undefined) {
      throw new ThawError("TRAINING_DIVERGED", `${job.kind} came to something that is no number: ${broken}`, {
        hint: "look at the images and the base; a lower learning rate may help where something was trained",
      });
    }
    span?.end();
    send({ type: "done", summary });
  } catch (error) {
    span?.end(toThawError(error, "ENGINE_FAILED"));
    send(failureOf(error));
  }
  // Nobody waits for it: the next job may begin.
  await traced?.flush();
}

/** Where a job writes; a prediction writes nothing. */
function placeOf(job: EngineJob): string {
  return "folders" in job ? job.folders.out : "out" in job ? job.out : process.cwd();
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

// It handles no signal (see `undisturbed.ts`): its worker, which is told to leave, asks it for a checkpoint by a message.
// An engine without a worker has nobody to work for.
process.on("disconnect", () => process.exit(0));
endWithParent();

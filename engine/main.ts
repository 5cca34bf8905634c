/** Entry of the engine: a child process that does one job at a time and reports progress to its parent. */

import type { EngineJob, EngineMessage } from "../spec/engineJob.js";
import { toThawError } from "../spec/errors.js";
import type { Progress } from "../spec/training.js";
import { runJob } from "./jobs.js";
import { endWithParent } from "./orphan.js";

function send(message: EngineMessage): void {
  process.send?.(message);
}

process.on("message", (job: EngineJob) => {
  const onProgress = (progress: Progress): void => send({ type: "progress", progress });
  runJob(job, onProgress).then(
    (summary) => send({ type: "done", summary }),
    (error: unknown) => {
      const failure = toThawError(error, "ENGINE_FAILED");
      // The stack stays here, in the worker's log; the message crosses.
      if (failure.code === "ENGINE_FAILED") console.error(error);
      send({
        type: "failed",
        code: failure.code,
        message: failure.message,
        ...(failure.hint === undefined ? {} : { hint: failure.hint }),
      });
    },
  );
});

// An engine without a worker has nobody to work for.
process.on("disconnect", () => process.exit(0));
endWithParent();

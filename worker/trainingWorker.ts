/** A training worker: heavy activities only, one at a time, in a child process that holds TensorFlow. */
import { StringDecoder } from "node:string_decoder";
import { createEngineOutput } from "../activities/log/outputLines.js";
import { createTrainingActivities } from "../activities/training.js";
import { createEngine } from "../engine/process.js";
import { engineFingerprint } from "../runtime/components/components.js";
import { baseCheckpoint } from "../runtime/components/download/baseCheckpoint.js";
import { workerResources } from "../runtime/resources.js";
import { LOCAL_TRAINING_QUEUE } from "../spec/pipeline/run.js";
import { visibleLines } from "../spec/text/visible.js";
import { openStore } from "../store/connection/connection.js";
import { serve } from "./serve.js";

/** A pod of a run's own (`k8s/job/manifest.ts`) says so in its environment. */
const { THAW_RUN_ID: runId, THAW_TASK_QUEUE: queue = LOCAL_TRAINING_QUEUE } = process.env;

await serve("training", async ({ store, workFolder }, metrics) => {
  const engineOutput = createEngineOutput();
  // A pod's log is read in terminals, and the engine prints what strangers named.
  const decoder = new StringDecoder("utf8");
  const engine = createEngine((text) => {
    process.stderr.write(visibleLines(decoder.write(text)));
    engineOutput.write(text);
  });
  return {
    options: {
      taskQueue: queue,
      // One engine, one stage: a second one would wait inside the worker, silent towards the server.
      maxConcurrentActivityTaskExecutions: 1,
      activities: createTrainingActivities({
        store: openStore(store),
        engineFingerprint: engineFingerprint(),
        workFolder,
        engine,
        engineOutput,
        metrics,
        resources: workerResources(),
        ...optional("checkpointSeconds", process.env.THAW_CHECKPOINT_SECONDS),
        ...optional("graceSeconds", process.env.THAW_GRACE_SECONDS),
        ...optional("noProgressSeconds", process.env.THAW_NO_PROGRESS_SECONDS),
        baseCheckpoint,
      }),
    },
    stop: engine.stop,
    ...(runId === undefined ? {} : { runId }),
  };
});

/** What is no positive number is as good as nothing. */
function optional<Name extends string>(
  name: Name,
  given: string | undefined,
): { readonly [key in Name]?: number } {
  const seconds = Number(given);
  return seconds > 0 ? ({ [name]: seconds } as { [key in Name]: number }) : {};
}

/** A training worker: heavy activities only, one at a time, in a child process that holds TensorFlow. */
import { trainingOnDemand } from "../activities/trainingOnDemand.js";
import type { Engine } from "../engine/process.js";
import { engineFingerprint } from "../runtime/components/tensorflow/engineFingerprint.js";
import { LOCAL_TRAINING_QUEUE } from "../spec/pipeline/run.js";
import { openStore } from "../store/connection/connection.js";
import { serve } from "./serve.js";

/** A pod of a run's own (`k8s/job/manifest.ts`) says so in its environment. */
const { THAW_RUN_ID: runId, THAW_TASK_QUEUE: queue = LOCAL_TRAINING_QUEUE } = process.env;

await serve("training", async ({ store, workFolder }, metrics) => {
  let engine: Engine | undefined;
  const settings = {
    store: openStore(store),
    engineFingerprint: engineFingerprint(),
    workFolder,
    metrics,
    ...optional("checkpointSeconds", process.env.THAW_CHECKPOINT_SECONDS),
    ...optional("graceSeconds", process.env.THAW_GRACE_SECONDS),
    ...optional("noProgressSeconds", process.env.THAW_NO_PROGRESS_SECONDS),
  };
  return {
    options: {
      taskQueue: queue,
      // One engine, one stage: a second one would wait inside the worker, silent towards the server.
      maxConcurrentActivityTaskExecutions: 1,
      activities: trainingOnDemand(async () => {
        const [{ createTrainingActivities }, { openEngine }, { workerResources }, { baseCheckpoint }] =
          await Promise.all([
            import("../activities/training.js"),
            import("./trainingEngine.js"),
            import("../runtime/resources.js"),
            import("../runtime/components/download/baseCheckpoint.js"),
          ]);
        const opened = openEngine();
        engine = opened.engine;
        return createTrainingActivities({
          ...settings,
          ...opened,
          resources: workerResources(),
          baseCheckpoint,
        });
      }),
    },
    stop: async () => engine?.stop(),
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

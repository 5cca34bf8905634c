/** A training worker: heavy activities only, one at a time, in a child process that holds TensorFlow. */
import { createEngineOutput } from "../activities/log/outputLines.js";
import { createTrainingActivities } from "../activities/training.js";
import { createEngine } from "../engine/process.js";
import { baseCheckpoint } from "../runtime/components/baseCheckpoint.js";
import { engineFingerprint } from "../runtime/components/components.js";
import { LOCAL_TRAINING_QUEUE } from "../spec/run.js";
import { openStore } from "../store/connection.js";
import { serve } from "./serve.js";

await serve("training", async ({ store, workFolder }) => {
  const engineOutput = createEngineOutput();
  const engine = createEngine((text) => {
    process.stderr.write(text);
    engineOutput.write(text);
  });
  return {
    options: {
      taskQueue: LOCAL_TRAINING_QUEUE,
      // One engine, one stage: a second one would wait inside the worker, silent towards the server.
      maxConcurrentActivityTaskExecutions: 1,
      activities: createTrainingActivities({
        store: openStore(store),
        engineFingerprint: engineFingerprint(),
        workFolder,
        engine,
        engineOutput,
        ...checkpointInterval(process.env.THAW_CHECKPOINT_SECONDS),
        baseCheckpoint,
      }),
    },
    stop: engine.stop,
  };
});

/** What is no positive number is as good as nothing. */
function checkpointInterval(given: string | undefined): { readonly checkpointSeconds?: number } {
  const checkpointSeconds = Number(given);
  return checkpointSeconds > 0 ? { checkpointSeconds } : {};
}

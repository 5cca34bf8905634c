/** The always-on control worker: workflows and light activities; it never loads TensorFlow. */
import { createControlActivities } from "../activities/control.js";
import { engineFingerprint } from "../runtime/components/components.js";
import { CONTROL_QUEUE } from "../spec/run.js";
import { openStore } from "../store/connection.js";
import { serve } from "./serve.js";
import { workflowBundle } from "./workflowBundle.js";

await serve("control", async ({ store, temporal, workFolder }) => ({
  options: {
    taskQueue: CONTROL_QUEUE,
    workflowBundle: await workflowBundle(),
    activities: createControlActivities({
      store: openStore(store),
      engineFingerprint: engineFingerprint(),
      workFolder,
      ...(temporal.uiUrl === undefined ? {} : { uiUrl: temporal.uiUrl }),
    }),
  },
}));

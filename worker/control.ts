/** The always-on control worker: workflows and light activities; it never loads TensorFlow. */
import { createControlActivities } from "../activities/control.js";
import { engineFingerprint } from "../runtime/components/components.js";
import { podEnvironment } from "../runtime/podEnvironment.js";
import { CONTROL_QUEUE } from "../spec/run.js";
import { openStore } from "../store/connection.js";
import { deploymentOptions, keepCurrent } from "./deployment.js";
import { serve } from "./serve.js";
import { workflowBundle } from "./workflowBundle.js";

/** The installation's defaults for the run file's section `kubernetes`. */
const defaultsFile = process.env.THAW_KUBERNETES_DEFAULTS;
const deployment = deploymentOptions(process.env.THAW_BUILD_ID);

await serve("control", async ({ store, temporal, workFolder }) => ({
  options: {
    taskQueue: CONTROL_QUEUE,
    ...(deployment === undefined ? {} : { workerDeploymentOptions: deployment }),
    workflowBundle: await workflowBundle(),
    activities: createControlActivities({
      store: openStore(store),
      engineFingerprint: engineFingerprint(),
      workFolder,
      pods: {
        env: podEnvironment({ store, temporal }),
        ...(defaultsFile === undefined ? {} : { defaultsFile }),
      },
      ...(temporal.uiUrl === undefined ? {} : { uiUrl: temporal.uiUrl }),
    }),
  },
  ...(deployment === undefined
    ? {}
    : {
        beside: (connection, signal) =>
          keepCurrent(connection, temporal.namespace, deployment.version.buildId, signal),
      }),
}));

/** The always-on control worker: workflows and light activities; it never loads TensorFlow. */
import { createControlActivities } from "../activities/control.js";
import { sweepOrphans } from "../activities/pods/sweep.js";
import { watchSchedules } from "../activities/retraining/watchSchedules.js";
import { engineFingerprint } from "../runtime/components/tensorflow/engineFingerprint.js";
import { podEnvironment } from "../runtime/podEnvironment.js";
import { CONTROL_QUEUE } from "../spec/pipeline/run.js";
import { openStore } from "../store/connection/connection.js";
import { isTracing } from "../tracing/settings.js";
import { isOpen } from "./closedRun.js";
import { deploymentOptions, keepCurrent } from "./deployment.js";
import { serve } from "./serve.js";
import { workflowBundle } from "./workflowBundle.js";

/** The installation's defaults for the run file's section `kubernetes`. */
const defaultsFile = process.env.THAW_KUBERNETES_DEFAULTS;
/** What its pods may be. */
const policyFile = process.env.THAW_POD_POLICY;
/** Who is told of events. */
const notifications = { file: process.env.THAW_NOTIFICATIONS, env: process.env };
const deployment = deploymentOptions(process.env.THAW_BUILD_ID);

await serve("control", async ({ store, temporal, workFolder }, metrics) => {
  // Wrong settings end the worker, as elsewhere, and not a message in the night.
  if (notifications.file) {
    const { readEndpoints } = await import("../activities/notifications/endpoints.js");
    await readEndpoints(notifications);
  }
  const prices = process.env.THAW_PRICES
    ? await (await import("../runtime/prices.js")).loadPrices()
    : undefined;
  const pods = {
    env: podEnvironment({ store, temporal }),
    ...(defaultsFile === undefined ? {} : { defaultsFile }),
    ...(policyFile === undefined ? {} : { policyFile }),
  };
  return {
    options: {
      taskQueue: CONTROL_QUEUE,
      ...(deployment === undefined ? {} : { workerDeploymentOptions: deployment }),
      workflowBundle: await workflowBundle(isTracing() ? "traced" : "plain"),
      activities: createControlActivities({
        store: openStore(store),
        engineFingerprint: engineFingerprint(),
        workFolder,
        pods,
        metrics,
        notifications,
        ...(prices === undefined ? {} : { prices }),
        ...(temporal.uiUrl === undefined ? {} : { uiUrl: temporal.uiUrl }),
      }),
    },
    beside: (client) => [
      sweepOrphans(pods, (runId) => isOpen(client, runId)),
      watchSchedules(openStore(store), client, notifications),
      ...(deployment === undefined ? [] : [keepCurrent(client, deployment.version.buildId)]),
    ],
  };
});

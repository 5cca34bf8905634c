/** What a retraining asks of the control worker. */
import { proxyActivities } from "@temporalio/workflow";
import { CONTROL_QUEUE } from "../../spec/pipeline/run.js";
import type { RetrainingActivities } from "../../spec/retraining/retraining.js";
import { HEARTBEAT_TIME, RETRY } from "../patience.js";

const TIME = "5 minutes";

export function light(activityId: string, summary: string): RetrainingActivities {
  return proxyActivities<RetrainingActivities>({
    activityId,
    summary,
    taskQueue: CONTROL_QUEUE,
    startToCloseTimeout: TIME,
    heartbeatTimeout: HEARTBEAT_TIME,
    retry: RETRY,
  });
}

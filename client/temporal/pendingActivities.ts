/** Lays the live progress of running activities over the stages of a run. */
import type { WorkflowExecutionDescription } from "@temporalio/client";
import type { LiveStage, StageStatus } from "../../spec/pipeline/run.js";
import { stageOfActivity } from "../runs/stageOfActivity.js";
import { decode, messageOf } from "./payloads.js";
import { progressSchema } from "./wire.js";

export type PendingActivity = NonNullable<WorkflowExecutionDescription["raw"]["pendingActivities"]>[number];

/** `temporal.api.enums.v1.TimeoutType`. */
const HEARTBEAT_TIMEOUT = 4;

export function withPending(
  stages: readonly StageStatus[],
  pending: readonly PendingActivity[],
): readonly LiveStage[] {
  const byStage = new Map(
    pending.map((activity) => [stageOfActivity(activity.activityId ?? "")?.stage, activity]),
  );
  return stages.map((stage) => {
    const activity = byStage.get(stage.name);
    if (activity === undefined || (stage.state !== "running" && stage.state !== "waiting")) return stage;
    const progress = progressSchema.safeParse(decode(activity.heartbeatDetails?.payloads?.[0]));
    return {
      ...stage,
      state: "running",
      attempt: activity.attempt ?? 1,
      ...(progress.success ? { progress: progress.data } : {}),
      ...(activity.lastFailure ? { lastFailure: lastFailureOf(activity) } : {}),
    };
  });
}

export function lastFailureOf({ lastFailure }: PendingActivity): string {
  if (lastFailure?.timeoutFailureInfo?.timeoutType === HEARTBEAT_TIMEOUT) {
    return "the worker gave no sign of life; it may have died";
  }
  return messageOf(lastFailure);
}

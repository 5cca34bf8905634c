/** Lays the live progress of running activities over the stages of a run. */
import type { WorkflowExecutionDescription } from "@temporalio/client";
import type { LiveStage, StageStatus } from "../../spec/pipeline/run.js";
import type { ShardsAtWork } from "../../spec/records/features.js";
import type { Progress } from "../../spec/records/training.js";
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
  return stages.map(({ shards, ...stage }) => {
    const own = pending.filter(({ activityId }) => stageOfActivity(activityId ?? "")?.stage === stage.name);
    // Of several shards the one that had trouble.
    const activity = own.find(({ lastFailure }) => lastFailure) ?? own.at(-1);
    if (activity === undefined || (stage.state !== "running" && stage.state !== "waiting")) return stage;
    const progress = shards === undefined ? progressOf(activity) : progressOfShards(shards, own);
    return {
      ...stage,
      state: "running",
      attempt: activity.attempt ?? 1,
      ...(progress === undefined ? {} : { progress }),
      ...(activity.lastFailure ? { lastFailure: lastFailureOf(activity) } : {}),
    };
  });
}

function progressOf({ heartbeatDetails }: PendingActivity): Progress | undefined {
  return progressSchema.safeParse(decode(heartbeatDetails?.payloads?.[0])).data;
}

/** One line for all of them: how many are done, and how fast those at work are together. */
function progressOfShards(
  { done, total, etaSeconds }: ShardsAtWork,
  atWork: readonly PendingActivity[],
): Progress {
  const news = atWork.map(progressOf);
  const speed = news.reduce((sum, one) => sum + (one?.imagesPerSecond ?? 0), 0);
  const outage = news.find((one) => one?.outage !== undefined)?.outage;
  return {
    ...{ phase: "shards", step: done, total },
    ...(etaSeconds === undefined ? {} : { etaSeconds }),
    ...(speed === 0 ? {} : { imagesPerSecond: speed }),
    ...(outage === undefined ? {} : { outage }),
  };
}

export function lastFailureOf({ lastFailure }: PendingActivity): string {
  if (lastFailure?.timeoutFailureInfo?.timeoutType === HEARTBEAT_TIMEOUT) {
    return "the worker gave no sign of life; it may have died";
  }
  return messageOf(lastFailure);
}

/** Follows a run from outside, also while nothing of it answers: which stage, which attempt, how far. */
import { setTimeout as sleep } from "node:timers/promises";
import { stageOfActivity } from "../../client/runs/stageOfActivity.js";
import type { Session } from "../../client/session.js";
import { temporalCall } from "../../client/temporal/call.js";
import { decode } from "../../client/temporal/payloads.js";
import { progressSchema } from "../../client/temporal/wire.js";
import type { Progress } from "../../spec/records/training.js";

/** What was last known. */
export interface Sight {
  /** Undefined before the first one. */
  readonly stage: string | undefined;
  readonly attempt: number;
  /** Who has the attempt, or had the one before. */
  readonly worker: string;
  readonly started: boolean;
  readonly progress: Progress | undefined;
  readonly closed: boolean;
}

export interface Watch {
  now(): Sight;
  /** @returns false when the run ended, or time was up, before it held */
  until(holds: (sight: Sight) => boolean, milliseconds: number): Promise<boolean>;
  stop(): void;
}

const POLL_MS = 150;
const CALL_MS = 3_000;
/** `temporal.api.enums.v1.PendingActivityState`. */
const STARTED = 2;

export function watchFromOutside(session: Session, runId: string): Watch {
  const end = new AbortController();
  let sight: Sight = {
    stage: undefined,
    attempt: 0,
    worker: "",
    started: false,
    progress: undefined,
    closed: false,
  };
  const look = async (): Promise<void> => {
    const { raw, status } = await temporalCall(
      session,
      "looking at the run",
      () => session.temporal.workflow.getHandle(runId).describe(),
      CALL_MS,
    );
    if (status.name !== "RUNNING") {
      sight = { ...sight, closed: true };
      return;
    }
    const [activity] = raw.pendingActivities ?? [];
    const stage = stageOfActivity(activity?.activityId ?? "record-run");
    if (activity === undefined || activity === null || stage === undefined) return;
    const progress = progressSchema.safeParse(decode(activity.heartbeatDetails?.payloads?.[0]));
    sight = {
      stage: stage.stage,
      attempt: stage.isLookup ? 0 : (activity.attempt ?? 1),
      worker: activity.lastWorkerIdentity ?? "",
      started: !stage.isLookup && activity.state === STARTED,
      progress: !stage.isLookup && progress.success ? (progress.data as Progress) : undefined,
      closed: false,
    };
  };
  const loop = async (): Promise<void> => {
    while (!end.signal.aborted && !sight.closed) {
      // A server that is away is looked at again.
      await look().catch(() => undefined);
      await sleep(POLL_MS);
    }
  };
  void loop();
  return {
    now: () => sight,
    until: async (holds, milliseconds) => {
      for (const deadline = Date.now() + milliseconds; !holds(sight); await sleep(POLL_MS / 3)) {
        if (sight.closed || Date.now() > deadline) return false;
      }
      return true;
    },
    stop: () => end.abort(),
  };
}

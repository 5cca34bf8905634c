/** Which stage an activity of the workflow works for; the ids are those of `workflows/transferLearning.ts`. */
import { stageOfShards } from "../../spec/pipeline/shards.js";

/** The look-up of a stage's artifact is called `find-STAGE`. */
const LOOKUP = "find-";
/** These come after all stages: the record is written, and endpoints of notifications are looked up. */
const AFTERWARDS: ReadonlySet<string> = new Set(["record-run", "endpoints"]);
/** Handing commands on is called `steer-SEQ`. */
const STEERING = "steer-";
/** Making, watching and removing the run's pod is called `start-pod-N` and so on. */
const POD = /^(start|watch|stop)-pod-\d+$/;

export const isAboutPod = (activityId: string): boolean => POD.test(activityId);

export interface StageActivity {
  readonly stage: string;
  /** True for what computes a part of the stage before its own activity, or decides on the parts. */
  readonly isPart?: true;
  /** True for the look-up that comes before the stage's own activity. */
  readonly isLookup: boolean;
}

/** Undefined for an activity that belongs to no stage. */
export function stageOfActivity(activityId: string): StageActivity | undefined {
  if (AFTERWARDS.has(activityId) || activityId.startsWith(STEERING) || isAboutPod(activityId))
    return undefined;
  const whole = stageOfShards(activityId);
  if (whole !== undefined) return { stage: whole, isLookup: false, isPart: true };
  return activityId.startsWith(LOOKUP)
    ? { stage: activityId.slice(LOOKUP.length), isLookup: true }
    : { stage: activityId, isLookup: false };
}

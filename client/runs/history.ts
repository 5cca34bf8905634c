/** The stages of a run from its event history, for when no worker answers the query. */
import { z } from "zod";
import type { ErrorCode } from "../../spec/errors.js";
import type { StageStatus } from "../../spec/pipeline/run.js";
import {
  planStages,
  type StagePlan,
  whySkipped,
  withoutFolds,
  withoutStages,
} from "../../spec/pipeline/stages.js";
import type { RecipeDecision } from "../../spec/records/recipe.js";
import { runFileSchema } from "../../spec/runFile/runFile.js";
import { type History, inputIn } from "../temporal/eventHistory.js";
import { decode, messageOf, secondsOf } from "../temporal/payloads.js";
import { outcomeSchema } from "../temporal/wire.js";
import { type StageActivity, stageOfActivity } from "./stageOfActivity.js";

type HistoryEvent = NonNullable<History["events"]>[number];
const UNLEARNABLE = "unlearnable" satisfies RecipeDecision["choice"];
const PAUSED: string = "PAUSED" satisfies ErrorCode;
/** Activities by the id of the event that scheduled them. */
type Scheduled = Map<string, StageActivity>;

/** What the history says of a run. */
export interface RunHistory {
  readonly stages: readonly StageStatus[];
  /** Why the workflow's code cannot go on, if its last task failed; the server tries it again and again. */
  readonly stuck?: string;
}

export function readHistory(history: History): RunHistory {
  const all = history.events ?? [];
  const plans = plannedStages(inputIn(history));
  const stages = new Map(plans.map(({ name }): [string, StageStatus] => [name, { name, state: "waiting" }]));
  const began = new Map<string, number>();
  const waits = waitsByStage(all);
  const scheduled: Scheduled = new Map();
  for (const event of all) {
    const change = changeOf(event, scheduled);
    if (change === undefined) continue;
    const now = secondsOf(event.eventTime);
    const since = began.get(change.name) ?? now;
    began.set(change.name, since);
    const waited = waits.get(change.name);
    const ended = { ...change, seconds: now - since, ...(waited === undefined ? {} : { waited }) };
    stages.set(change.name, change.state === "running" ? change : ended);
    const decision = outcomeIn(event)?.decision;
    // A candidate's decision is evidence for the choice between bases, no more.
    if (change.name !== "recipe" || decision === undefined || decision.choice === UNLEARNABLE) continue;
    for (const plan of plans) {
      const note = whySkipped(plan, decision);
      if (note !== undefined) stages.set(plan.name, { name: plan.name, state: "skipped", note });
    }
  }
  const stuck = stuckOn(all);
  return { stages: [...stages.values()], ...(stuck === undefined ? {} : { stuck }) };
}

/** The stages of a run that has ended: none of them runs any more. */
export function closeStages(
  stages: readonly StageStatus[],
  state: "cancelled" | "failed",
): readonly StageStatus[] {
  return stages.map((stage) =>
    stage.state === "running" || stage.state === "paused" ? { ...stage, state } : stage,
  );
}

/**
 * Seconds from giving out a stage's activities to their first attempts. Of an activity that was tried again the history
 * has the last attempt only, so its wait is not known.
 */
function waitsByStage(events: readonly HistoryEvent[]): ReadonlyMap<string, number> {
  const given = new Map<string, { readonly stage: string; readonly at: number }>();
  const waits = new Map<string, number>();
  for (const event of events) {
    const at = secondsOf(event.eventTime);
    const activity = event.activityTaskScheduledEventAttributes;
    const known = stageOfActivity(activity?.activityId ?? "");
    if (activity && known !== undefined) given.set(String(event.eventId), { stage: known.stage, at });
    const begun = event.activityTaskStartedEventAttributes;
    const task = given.get(String(begun?.scheduledEventId));
    if (task === undefined || begun?.attempt !== 1) continue;
    waits.set(task.stage, (waits.get(task.stage) ?? 0) + at - task.at);
  }
  return waits;
}

/** From the run's input; none when another version of thaw wrote it, and then only stages that ran are known. */
function plannedStages(input: unknown): readonly StagePlan[] {
  const parsed = z.object({ file: runFileSchema }).safeParse(input);
  if (!parsed.success) return [];
  const plans = planStages(parsed.data.file);
  // The workflow does without a recipe or folds, too, where the run began before there were any.
  const { data } = z.object({ file: z.record(z.string(), z.unknown()) }).safeParse(input);
  const older = data?.file.evaluation === undefined ? withoutFolds(plans) : plans;
  return data?.file.recipe === undefined ? withoutStages(older, new Set(["recipe"])) : older;
}

/** What an event means for a stage, if anything. */
function changeOf(event: HistoryEvent, scheduled: Scheduled): StageStatus | undefined {
  const activity = event.activityTaskScheduledEventAttributes;
  if (activity) {
    const known = stageOfActivity(activity.activityId ?? "");
    if (known === undefined) return undefined;
    scheduled.set(String(event.eventId), known);
    return { name: known.stage, state: "running" };
  }
  const completed = event.activityTaskCompletedEventAttributes;
  const failed = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
  const cancelled = event.activityTaskCanceledEventAttributes;
  const ended = scheduled.get(String((completed ?? failed ?? cancelled)?.scheduledEventId));
  if (ended === undefined) return undefined;
  const name = ended.stage;
  if (failed?.failure?.applicationFailureInfo?.type === PAUSED) return { name, state: "paused" };
  if (failed) return { name, state: "failed", note: messageOf(failed.failure) };
  if (cancelled) return { name, state: "cancelled", note: "cancelled" };
  const outcome = outcomeIn(event);
  // A look-up that found nothing: the stage's own activity follows.
  if (outcome === undefined) return ended.isLookup ? undefined : { name, state: "done" };
  const { artifact, cached, note, kept, decision } = outcome;
  // The activity has done its work, and the workflow fails over what it found.
  if (name === "recipe" && decision?.choice === UNLEARNABLE) return { name, state: "failed", artifact, note };
  return { name, state: cached ? "cached" : kept === false ? "rolled-back" : "done", artifact, note };
}

/** The outcome of a stage, if the event holds one. */
function outcomeIn({ activityTaskCompletedEventAttributes: completed }: HistoryEvent) {
  return outcomeSchema.safeParse(decode(completed?.result?.payloads?.[0])).data;
}

function stuckOn(events: readonly HistoryEvent[]): string | undefined {
  const last = events.findLast(
    (event) => event.workflowTaskFailedEventAttributes ?? event.workflowTaskCompletedEventAttributes,
  );
  const failed = last?.workflowTaskFailedEventAttributes;
  return failed ? messageOf(failed.failure) : undefined;
}

/** The stages of a run from its event history, for when no worker answers the query. */
import { z } from "zod";
import type { ErrorCode } from "../../spec/errors.js";
import { heldBy, type StagePauses } from "../../spec/pipeline/pauses.js";
import type { StageStatus } from "../../spec/pipeline/run.js";
import { type RunFacts, refuses, type StageFact } from "../../spec/pipeline/walk/facts.js";
import { stageStatuses } from "../../spec/pipeline/walk/statuses.js";
import { walk } from "../../spec/pipeline/walk/walk.js";
import { runFileSchema } from "../../spec/runFile/runFile.js";
import { type History, inputIn } from "../temporal/eventHistory.js";
import { decode, messageOf, secondsOf } from "../temporal/payloads.js";
import { outcomeSchema } from "../temporal/wire.js";
import { type StageActivity, stageOfActivity } from "./stageOfActivity.js";

type HistoryEvent = NonNullable<History["events"]>[number];
const RECIPE = "recipe";
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
  const seen = new Map<string, StageStatus>();
  const outcomes: Record<string, StageFact> = {};
  const began = new Map<string, number>();
  const waits = waitsByStage(all);
  const pauses = new Map<string, StagePauses>();
  const scheduled: Scheduled = new Map();
  for (const event of all) {
    const change = changeOf(event, scheduled);
    if (change === undefined) continue;
    const now = secondsOf(event.eventTime);
    const since = began.get(change.name) ?? now;
    began.set(change.name, since);
    const pause = heldBy(pauses.get(change.name), change.state === "paused", now);
    pauses.set(change.name, pause);
    const { over: paused } = pause;
    const waited = waits.get(change.name);
    const ended = {
      ...change,
      seconds: now - since - paused,
      ...(paused === 0 ? {} : { paused }),
      ...(waited === undefined ? {} : { waited }),
    };
    seen.set(change.name, change.state === "running" ? change : ended);
    outcomes[change.name] = factOf(change, event);
  }
  const run = runIn(inputIn(history));
  const steps = run === undefined ? [] : walk({ ...run, outcomes });
  const stuck = stuckOn(all);
  return { stages: stageStatuses(steps, seen), ...(stuck === undefined ? {} : { stuck }) };
}

/** The stages of a run that has ended: none of them runs any more, and none will. */
export function closeStages(
  stages: readonly StageStatus[],
  state: "cancelled" | "failed",
): readonly StageStatus[] {
  return stages.map((stage) => {
    if (stage.state === "waiting") return { ...stage, state: "not-run" };
    return stage.state === "running" || stage.state === "paused" ? { ...stage, state } : stage;
  });
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

const inputSchema = z.object({
  file: runFileSchema,
  base: z.looseObject({ architecture: z.string() }).exactOptional(),
  candidates: z.record(z.string(), z.looseObject({ architecture: z.string() })).exactOptional(),
});

/** What the walk needs; undefined when another version of thaw wrote the input, and then only stages that ran are known. */
function runIn(input: unknown): Omit<RunFacts, "outcomes"> | undefined {
  const parsed = inputSchema.safeParse(input);
  if (!parsed.success) return undefined;
  // The workflow does without a recipe or folds, too, where the run began before there were any.
  const { data } = z.object({ file: z.record(z.string(), z.unknown()) }).safeParse(input);
  const knows = { recipe: data?.file.recipe !== undefined, folds: data?.file.evaluation !== undefined };
  return { ...(parsed.data as unknown as Pick<RunFacts, "file" | "base" | "candidates">), knows };
}

/** What the event makes of the stage for those after it. A stage that is held, or given to another pod, goes on. */
function factOf({ state }: StageStatus, event: HistoryEvent): StageFact {
  const outcome = outcomeIn(event);
  if (state === "failed" && outcome === undefined) return { state };
  if (outcome === undefined) return { state: state === "done" ? "done" : "running" };
  const { base, decision } = outcome;
  return {
    state: "done",
    ...(base === undefined ? {} : { base }),
    ...(decision === undefined ? {} : { decision }),
  };
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
  // Another part has failed, or stopped for a pause; or the run ends, which says so itself.
  if (cancelled && ended.isPart) return undefined;
  if (cancelled) return { name, state: "cancelled", note: "cancelled" };
  const outcome = outcomeIn(event);
  // A look-up that found nothing, or a shard: the stage's own activity follows.
  if (outcome === undefined) return ended.isLookup || ended.isPart ? undefined : { name, state: "done" };
  const { artifact, cached, note, kept, decision, warnings } = outcome;
  const warned = warnings === undefined ? {} : { warnings };
  // The activity has done its work, and the workflow fails over what it found.
  if (name === RECIPE && refuses({ kind: RECIPE }, decision))
    return { name, state: "failed", artifact, note, ...warned };
  const state = cached ? "cached" : kept === false ? "rolled-back" : "done";
  return { name, state, artifact, note, ...warned };
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

/** What is known of schedules: what the store says, what the server says, and what became of their looks. */
import type { ScheduleDescription, WorkflowExecutionInfo } from "@temporalio/client";
import { ThawError } from "../../spec/errors.js";
import type { DamagedRecord } from "../../spec/records/damaged.js";
import { RETRAIN_TYPE, type Tick } from "../../spec/retraining/retraining.js";
import {
  type AbsentLook,
  absentLooks,
  type FoundLook,
  foundLooks,
  type LookOutcome,
  timeOfLook,
} from "../../spec/schedules/looks.js";
import { type ScheduleRecord, type ScheduleSwitch, scheduleIdOf } from "../../spec/schedules/schedule.js";
import { unlessDamaged } from "../../store/record.js";
import { listSchedules, listSwitches, readSchedule } from "../../store/records/schedules.js";
import { listTicks } from "../../store/records/ticks.js";
import type { Session } from "../session.js";
import { temporalCall } from "../temporal/call.js";
import { newestOfEach, statusOf } from "../temporal/executions.js";
import { describeSchedule, digestOfDescribed, matchingTimes } from "./temporalSchedule.js";

/**
 * `lost`: the store has it and the server has not, so nothing looks; `unknown`: the server has it and the store has not, so it
 * cannot be told what it does.
 */
export const SCHEDULE_STATES = ["active", "paused", "lost", "unknown"] as const;

export interface ScheduleView {
  readonly id: string;
  readonly state: (typeof SCHEDULE_STATES)[number];
  /** Absent of unknown ones. */
  readonly record?: ScheduleRecord;
  /** Somebody changed it on the server, or an apply was broken off. */
  readonly differs: boolean;
  /** The next times, as the server says; those of a paused one would be. */
  readonly next: readonly Date[];
  /** Ids of the looks that go on. */
  readonly running: readonly string[];
  /** Why it is paused: what the server says, and what the store knows of who did it. */
  readonly pause?: { readonly note?: string; readonly by?: string; readonly at?: string };
}

export interface Look {
  /** What it was for; of a look that was triggered, when that was. */
  readonly at: Date;
  readonly workflowId: string;
  readonly outcome: LookOutcome;
  readonly sentence?: string;
}

export interface ScheduleStory extends ScheduleView {
  /** The newest first. */
  readonly looks: readonly Look[];
  /** The newest first; undefined where nobody can tell, as the server has no such schedule. */
  readonly absent?: readonly AbsentLook[];
  /** Since when `absent` has all. */
  readonly absentSince?: Date;
  readonly damaged: readonly DamagedRecord[];
}

/** @param name a schedule's, or its model's @throws ThawError NOT_FOUND, ARTIFACT_CORRUPT, STORE_…, TEMPORAL_… */
export async function resolveSchedule(session: Session, name: string): Promise<string> {
  for (const id of [name, scheduleIdOf(name)]) {
    const damaged: DamagedRecord[] = [];
    const record = await unlessDamaged(readSchedule(session.store, id), damaged);
    if (record !== undefined || damaged.length > 0) return id;
  }
  for (const id of [name, scheduleIdOf(name)])
    if ((await describeSchedule(session, id)) !== undefined) return id;
  throw new ThawError("NOT_FOUND", `there is no schedule ${name}`, {
    hint: "`thaw schedule list` lists them, `thaw schedule apply` makes one",
  });
}

/** Those of the store, and those of the server that start the same workflow; by id. @throws ThawError STORE_…, TEMPORAL_… */
export async function scheduleViews(
  session: Session,
): Promise<{ readonly schedules: readonly ScheduleView[]; readonly damaged: readonly DamagedRecord[] }> {
  const damaged: DamagedRecord[] = [];
  const records = await listSchedules(session.store, damaged);
  const known = new Set(records.map(({ id }) => id));
  const unknown = (await serversIds(session)).filter((id) => !known.has(id));
  const views = [
    ...records.map((record) => viewOf(session, record.id, record)),
    ...unknown.map((id) => viewOf(session, id, undefined)),
  ];
  const schedules = (await Promise.all(views)).sort((a, b) => (a.id < b.id ? -1 : 1));
  return { schedules, damaged };
}

/** The listing lags behind, so it says only that there is something to ask about. */
async function serversIds(session: Session): Promise<readonly string[]> {
  return temporalCall(session, "listing the schedules", async () => {
    const ids: string[] = [];
    for await (const { scheduleId, action } of session.temporal.schedule.list())
      if (action?.workflowType === RETRAIN_TYPE) ids.push(scheduleId);
    return ids;
  });
}

async function viewOf(
  session: Session,
  id: string,
  record: ScheduleRecord | undefined,
  known?: {
    readonly described: ScheduleDescription | undefined;
    readonly switches: readonly ScheduleSwitch[];
  },
): Promise<ScheduleView> {
  const described = known?.described ?? (await describeSchedule(session, id));
  if (described === undefined)
    return {
      id,
      state: "lost",
      ...(record === undefined ? {} : { record }),
      differs: true,
      next: [],
      running: [],
    };
  const { state, info } = described;
  const view = {
    id,
    ...(record === undefined ? {} : { record }),
    differs: record === undefined || digestOfDescribed(described) !== record.applied,
    next: info.nextActionTimes,
    running: info.runningActions.map(({ workflow }) => workflow.workflowId),
  };
  if (!state.paused) return { ...view, state: record === undefined ? "unknown" : "active" };
  const last = (known?.switches ?? (await listSwitches(session.store, id))).at(-1);
  const pause = {
    ...(state.note === undefined || state.note === "" ? {} : { note: state.note }),
    ...(last?.paused === true ? { by: last.by, at: last.at } : {}),
  };
  return { ...view, state: record === undefined ? "unknown" : "paused", pause };
}

const DAY_MS = 86_400_000;
/** Days for which it is told which looks did not take place. */
const DAYS_TOLD = 30;
const MOST_TICKS = 1_000;

/** @throws ThawError NOT_FOUND, ARTIFACT_CORRUPT, STORE_…, TEMPORAL_… */
export async function scheduleStory(
  session: Session,
  name: string,
  now = new Date(),
): Promise<ScheduleStory> {
  const id = await resolveSchedule(session, name);
  const { store } = session;
  const damaged: DamagedRecord[] = [];
  const [record, described, switches, executions] = await Promise.all([
    unlessDamaged(readSchedule(store, id), damaged),
    describeSchedule(session, id),
    listSwitches(store, id, damaged),
    executionsOf(session, id),
  ]);
  const known = await viewOf(session, id, record, { described, switches });
  // The server's own list leaves out those that were allowed to overlap.
  const going = executions.filter((one) => statusOf(one) === "running").map(({ workflowId }) => workflowId);
  const view = { ...known, running: [...new Set([...known.running, ...going])] };
  const ticks = record === undefined ? [] : await listTicks(store, record.model, MOST_TICKS, damaged);
  const own = ticks.filter(({ schedule }) => schedule === id);
  const looks = looksOf(executions, own);
  if (record === undefined || described === undefined) return { ...view, looks, damaged };
  const oldest = Math.max(Date.parse(record.since), now.getTime() - DAYS_TOLD * DAY_MS);
  const { times, from } = await matchingTimes(session, id, new Date(oldest), now);
  const absent = absentLooks(times, foundLooks(seen(executions), own), { ...record, switches }, now);
  return { ...view, looks, absent: absent.toReversed(), absentSince: from, damaged };
}

async function executionsOf(session: Session, id: string): Promise<readonly WorkflowExecutionInfo[]> {
  return temporalCall(session, `listing the looks of schedule ${id}`, async () => {
    const found: WorkflowExecutionInfo[] = [];
    const query = `TemporalScheduledById = "${id}"`;
    for await (const one of session.temporal.workflow.list({ query })) {
      found.push(one);
      if (found.length >= MOST_TICKS) break;
    }
    return newestOfEach(found);
  });
}

/** Servers forget closed workflows after some days, and a workflow that was ended leaves no record: both are asked. */
const seen = (executions: readonly WorkflowExecutionInfo[]): readonly FoundLook[] =>
  executions.map((execution) => {
    const { workflowId, startTime, closeTime } = execution;
    return {
      ...{ workflowId, startedAt: startTime, running: statusOf(execution) === "running" },
      ...(closeTime === undefined ? {} : { endedAt: closeTime }),
    };
  });

function looksOf(executions: readonly WorkflowExecutionInfo[], ticks: readonly Tick[]): readonly Look[] {
  const looks = new Map<string, Look>();
  for (const execution of executions) {
    const { workflowId, startTime } = execution;
    looks.set(workflowId, {
      at: timeOfLook(workflowId) ?? startTime,
      workflowId,
      outcome: outcomeOf(execution),
    });
  }
  for (const { workflowId, at, verdict, sentence } of ticks)
    looks.set(workflowId, {
      at: timeOfLook(workflowId) ?? new Date(at),
      workflowId,
      outcome: verdict,
      sentence,
    });
  return [...looks.values()].sort((a, b) => b.at.getTime() - a.at.getTime());
}

function outcomeOf(execution: WorkflowExecutionInfo): LookOutcome {
  const status = statusOf(execution);
  // A look writes its record before it completes; where that is gone, it is only known that it ended.
  return status === "completed" ? "ended" : status;
}

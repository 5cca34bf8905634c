/** Which looks of a schedule took place, and what became of the others: from expected times and found looks, never from counters. */
import type { Tick, TickVerdict } from "../retraining/retraining.js";
import { isCronTime, parseCron } from "./cron.js";
import type { Overlap, ScheduleSwitch, ScheduleTimes } from "./schedule.js";
import { clockIn } from "./zones.js";

/** A look that was found, in Temporal or in the store. */
export interface FoundLook {
  readonly workflowId: string;
  readonly startedAt: Date;
  /** Absent while it goes on, and where nobody knows any more. */
  readonly endedAt?: Date;
  readonly running: boolean;
}

export const ABSENCES = ["paused", "skipped", "waits", "missed"] as const;

export interface AbsentLook {
  readonly at: Date;
  readonly why: (typeof ABSENCES)[number];
  readonly sentence: string;
}

/** @param executions what Temporal knows, which is more exact than the records @param ticks of the schedule's looks */
export function foundLooks(
  executions: readonly FoundLook[],
  ticks: readonly Pick<Tick, "workflowId" | "at" | "endedAt">[],
): readonly FoundLook[] {
  const found = new Map<string, FoundLook>();
  for (const { workflowId, at, endedAt } of ticks)
    found.set(workflowId, {
      ...{ workflowId, startedAt: new Date(at), running: false },
      ...(endedAt === undefined ? {} : { endedAt: new Date(endedAt) }),
    });
  for (const execution of executions) found.set(execution.workflowId, execution);
  return [...found.values()];
}

/** The time that a look was for: its workflow's id ends with it. */
export function timeOfLook(workflowId: string): Date | undefined {
  const [, text] = /-(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/.exec(workflowId) ?? [];
  return text === undefined ? undefined : new Date(text);
}

/** Whether the schedule has such a time; what was triggered by hand is for another. */
export function isTimeOf({ crons, every, timezone, skip }: ScheduleTimes, at: Date): boolean {
  const seconds = at.getTime() / 1000;
  const clock = clockIn(timezone, at);
  if (skip.some((cron) => isCronTime(parseCron(cron), clock))) return false;
  if (every !== undefined) return Number.isInteger(seconds) && seconds % every === 0;
  return clock.second === 0 && crons.some((cron) => isCronTime(parseCron(cron), clock));
}

/** A look begins, and is found, some time after it was due. */
const GRACE_MS = 60_000;

/**
 * @param expected times as the server reckons them, each put off by the jitter
 * @param found looks of the schedule, in any order
 * @param switches by time
 * @returns by time, those for which there is no look
 */
export function absentLooks(
  expected: readonly Date[],
  found: readonly FoundLook[],
  schedule: {
    readonly times: ScheduleTimes;
    readonly overlap: Overlap;
    readonly catchup: number;
    readonly switches: readonly ScheduleSwitch[];
  },
  now: Date,
): readonly AbsentLook[] {
  const { times } = schedule;
  const unused = new Set(
    found.flatMap(({ workflowId }) => {
      const at = timeOfLook(workflowId);
      return at !== undefined && isTimeOf(times, at) ? [at.getTime()] : [];
    }),
  );
  const absent: AbsentLook[] = [];
  for (const at of [...expected].sort((a, b) => a.getTime() - b.getTime())) {
    // A look's id has the time before the jitter, without fractions of a second.
    const own = [...unused]
      .filter((time) => time <= at.getTime() && time > at.getTime() - (times.jitter + 1) * 1000)
      .sort((a, b) => a - b)[0];
    if (own !== undefined) unused.delete(own);
    else if (at.getTime() + GRACE_MS < now.getTime())
      absent.push({ at, ...reasonOf(at, found, schedule, now) });
  }
  return absent;
}

function reasonOf(
  at: Date,
  found: readonly FoundLook[],
  {
    overlap,
    catchup,
    switches,
  }: { readonly overlap: Overlap; readonly catchup: number; readonly switches: readonly ScheduleSwitch[] },
  now: Date,
): Pick<AbsentLook, "why" | "sentence"> {
  const last = switches.findLast((one) => Date.parse(one.at) <= at.getTime());
  if (last?.paused === true)
    return {
      why: "paused",
      sentence: `the schedule was paused by ${last.by}${last.note === undefined ? "" : `: ${last.note}`}`,
    };
  const other = found.find(
    ({ startedAt, endedAt, running }) =>
      startedAt.getTime() <= at.getTime() &&
      (running || (endedAt !== undefined && endedAt.getTime() >= at.getTime())),
  );
  if (other === undefined)
    return {
      why: "missed",
      sentence:
        "nothing was started: the server was away for longer than the catch-up window, or the schedule was lost or paused elsewhere",
    };
  if (overlap === "skip") return { why: "skipped", sentence: `${other.workflowId} still went on` };
  const mayWait = overlap === "buffer-one" || overlap === "buffer-all";
  if (mayWait && other.running && now.getTime() - at.getTime() < catchup * 1000)
    return { why: "waits", sentence: `it waits for ${other.workflowId}` };
  return {
    why: mayWait ? "skipped" : "missed",
    sentence: mayWait
      ? `it waited for ${other.workflowId} until the catch-up window was over, or another one waited already`
      : "nothing was started",
  };
}

/** What a look came to: a tick's verdict, or how its workflow stands or ended. */
export type LookOutcome = TickVerdict | "running" | "cancelled" | "terminated" | "timed-out" | "ended";

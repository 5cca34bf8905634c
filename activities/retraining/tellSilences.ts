/** Tells of looks of schedules that did not take place. */
import { type Client, ScheduleNotFoundError, type WorkflowExecutionInfo } from "@temporalio/client";
import { WorkflowExecutionAlreadyStartedError } from "@temporalio/common";
import { msToTs, tsToDate } from "@temporalio/common/lib/time.js";
import { ANNOUNCE_TYPE, type AnnounceInput } from "../../spec/notifications/event.js";
import { eventOfSilence } from "../../spec/notifications/events.js";
import { CONTROL_QUEUE } from "../../spec/pipeline/run.js";
import { latestTimes } from "../../spec/schedules/expected.js";
import { absentLooks, type FoundLook, foundLooks } from "../../spec/schedules/looks.js";
import type { ScheduleRecord, ScheduleSwitch } from "../../spec/schedules/schedule.js";
import { type Gap, gapsOf } from "../../spec/schedules/silence.js";
import type { Store } from "../../store/connection/connection.js";
import { listSchedules, listSwitches } from "../../store/records/schedules.js";
import { isTold, noteTold } from "../../store/records/silences.js";
import { listTicks } from "../../store/records/ticks.js";

const DAY_MS = 86_400_000;
/** What was missed before is known by now, or interests nobody any more. */
const DAYS_TOLD = 30;
const MOST_LOOKS = 1_000;

/**
 * Tells of each span once, whoever looks and however often.
 * @param lostBefore ids of schedules that the server did not have at the last look: one that is being applied or deleted is
 *   lost for a moment
 * @returns sentences of what was told now, and the schedules that the server does not have
 * @throws ThawError STORE_…; errors of the Temporal client
 */
export async function tellSilences(
  store: Store,
  client: Client,
  now: Date,
  lostBefore: ReadonlySet<string>,
): Promise<{ readonly told: readonly string[]; readonly lost: ReadonlySet<string> }> {
  const told: string[] = [];
  const lost = new Set<string>();
  for (const schedule of await listSchedules(store)) {
    const switches = await listSwitches(store, schedule.id, []);
    const found = await looksOf(store, client, schedule);
    const hasIt = await isOnServer(client, schedule.id);
    if (!hasIt) lost.add(schedule.id);
    const gaps = hasIt
      ? await missedIn(client, schedule, switches, found, now)
      : lostBefore.has(schedule.id) && switches.at(-1)?.paused !== true
        ? [lostSince(schedule, found, now)]
        : [];
    for (const gap of gaps) {
      const sentence = await tellOnce(store, client, schedule, gap, now);
      if (sentence !== undefined) told.push(sentence);
    }
  }
  return { told, lost };
}

async function isOnServer(client: Client, id: string): Promise<boolean> {
  try {
    await client.schedule.getHandle(id).describe();
    return true;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return false;
    throw error;
  }
}

/** Servers forget closed workflows after some days, and a workflow that was ended leaves no record: both are asked. */
async function looksOf(
  store: Store,
  client: Client,
  { id, model }: ScheduleRecord,
): Promise<readonly FoundLook[]> {
  const executions: WorkflowExecutionInfo[] = [];
  for await (const one of client.workflow.list({ query: `TemporalScheduledById = "${id}"` })) {
    executions.push(one);
    if (executions.length >= MOST_LOOKS) break;
  }
  const ticks = await listTicks(store, model, MOST_LOOKS, []);
  const seen = executions.map(({ workflowId, startTime, closeTime, status }) => ({
    ...{ workflowId, startedAt: startTime, running: status.name === "RUNNING" },
    ...(closeTime === undefined ? {} : { endedAt: closeTime }),
  }));
  return foundLooks(
    seen,
    ticks.filter(({ schedule }) => schedule === id),
  );
}

async function missedIn(
  client: Client,
  { id, times, overlap, catchup, since }: ScheduleRecord,
  switches: readonly ScheduleSwitch[],
  found: readonly FoundLook[],
  now: Date,
): Promise<readonly Gap[]> {
  const ask = async (from: Date, to: Date): Promise<readonly Date[]> => {
    const { startTime } = await client.workflowService.listScheduleMatchingTimes({
      namespace: client.options.namespace,
      scheduleId: id,
      startTime: msToTs(from.getTime()),
      endTime: msToTs(to.getTime()),
    });
    return startTime.map(tsToDate);
  };
  const oldest = new Date(Math.max(Date.parse(since), now.getTime() - DAYS_TOLD * DAY_MS));
  const { times: expected } = await latestTimes(ask, oldest, now);
  const absent = absentLooks(expected, found, { times, overlap, catchup, switches }, now);
  return gapsOf(absent, found, { since: new Date(since), catchup }, now);
}

function lostSince({ since }: ScheduleRecord, found: readonly FoundLook[], now: Date): Gap {
  const starts = [Date.parse(since), ...found.map(({ startedAt }) => startedAt.getTime())];
  const sentence =
    "the Temporal server does not have the schedule any more, `thaw schedule apply --from-store` makes it again";
  return { since: new Date(Math.max(...starts)), missed: [{ at: now, why: "missed", sentence }] };
}

/** @returns undefined where it was told before */
async function tellOnce(
  store: Store,
  client: Client,
  schedule: ScheduleRecord,
  { since, missed }: Gap,
  now: Date,
): Promise<string | undefined> {
  const { id, model } = schedule;
  const span = { id, since: since.toISOString() };
  if (await isTold(store, span)) return undefined;
  const why = missed.at(-1)?.sentence ?? "";
  const event = eventOfSilence(
    schedule,
    missed.map(({ at }) => at),
    why,
    now.toISOString(),
  );
  const input: AnnounceInput = { event };
  try {
    await client.workflow.start(ANNOUNCE_TYPE, {
      // Of two workers that look at the same moment one tells.
      workflowId: `announce-silent-${id}-${since.getTime()}`,
      workflowIdReusePolicy: "REJECT_DUPLICATE",
      taskQueue: CONTROL_QUEUE,
      args: [input],
      staticSummary: `tell of ${event.type} ${model}`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  await noteTold(store, { ...span, at: now.toISOString(), sentence: event.sentence });
  return event.sentence;
}

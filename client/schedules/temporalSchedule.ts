/** A schedule as Temporal has it: what it is told, what it says of it, and the times that it reckons. */
import {
  type CalendarSpec,
  type ScheduleDescription,
  ScheduleNotFoundError,
  type ScheduleOptionsAction,
  type ScheduleSpec,
} from "@temporalio/client";
import { defineSearchAttributeKey } from "@temporalio/common";
import { msToTs, tsToDate } from "@temporalio/common/lib/time.js";
import { ThawError } from "../../spec/errors.js";
import { attributePairs } from "../../spec/pipeline/attributePairs.js";
import { CONTROL_QUEUE, SEARCH_ATTRIBUTES } from "../../spec/pipeline/run.js";
import { RETRAIN_TYPE } from "../../spec/retraining/retraining.js";
import {
  byDay,
  byWeekday,
  type CronTimes,
  DAY_NAMES,
  MONTH_NAMES,
  parseCron,
} from "../../spec/schedules/cron.js";
import { latestTimes } from "../../spec/schedules/expected.js";
import type { Overlap, ScheduleRecord, ScheduleTimes } from "../../spec/schedules/schedule.js";
import { markdownText } from "../../spec/text/markdown.js";
import { canonicalJson, sha256 } from "../../store/artifacts/keys.js";
import { type TemporalAccess, temporalCall } from "../temporal/call.js";

const modelKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.model, "KEYWORD");

/** What the record says of a schedule before it is known what the server makes of it. */
export type WantedSchedule = Omit<ScheduleRecord, "applied">;

const POLICIES = {
  skip: "SKIP",
  "buffer-one": "BUFFER_ONE",
  "buffer-all": "BUFFER_ALL",
  "cancel-other": "CANCEL_OTHER",
  "allow-all": "ALLOW_ALL",
} as const satisfies Record<Overlap, string>;

export const policyOf = (overlap: Overlap): (typeof POLICIES)[Overlap] => POLICIES[overlap];

function specOf({ crons, every, timezone, jitter, skip }: ScheduleTimes): ScheduleSpec {
  return {
    ...(every === undefined
      ? { calendars: crons.flatMap((cron) => calendarsOf(parseCron(cron), 0)) }
      : { intervals: [{ every: every * 1000 }] }),
    // Every field has to match a time that is skipped, seconds too.
    skip: skip.flatMap((cron) => calendarsOf(parseCron(cron), "*")),
    timezone,
    jitter: jitter * 1000,
  };
}

/** The server wants both days to match where both are restricted; cron means either, so there are two calendars then. */
function calendarsOf(cron: CronTimes, second: 0 | "*"): readonly CalendarSpec[] {
  const { text, minutes, hours, days, months, weekdays } = cron;
  const common = {
    second,
    minute: [...minutes],
    hour: [...hours],
    month: months.flatMap((month) => MONTH_NAMES[month - 1] ?? []),
    comment: text,
  };
  const dayOfMonth = [...days];
  const dayOfWeek = weekdays.flatMap((day) => DAY_NAMES[day] ?? []);
  return byDay(cron) && byWeekday(cron)
    ? [
        { ...common, dayOfMonth },
        { ...common, dayOfWeek },
      ]
    : [{ ...common, dayOfMonth, dayOfWeek }];
}

/** @param known names of the search attributes that the server knows. All of it each time: an update replaces search attributes, and leaves the schedule's memo as it is. */
function optionsOf(record: WantedSchedule, known: readonly string[]) {
  const { id, model, input, overlap, catchup } = record;
  const action: ScheduleOptionsAction = {
    type: "startWorkflow",
    workflowType: RETRAIN_TYPE,
    // The server puts the time behind it.
    workflowId: id,
    taskQueue: CONTROL_QUEUE,
    args: [{ ...input, run: { ...input.run, attributes: known } }],
    typedSearchAttributes: attributePairs({ model, state: "running", schedule: id }, known),
    memo: { model, dataPath: input.run.dataPath },
    staticSummary: `retrain ${model}: look at the images, train if something changed`,
    staticDetails: `Started by schedule \`${id}\`, \`thaw schedule show ${id}\`. Promotion: ${markdownText(input.run.file.model.promote)}.`,
  };
  return {
    spec: specOf(record.times),
    action,
    // Failures are counted by the looks themselves: the server pauses after the first or not at all.
    policies: { overlap: policyOf(overlap), catchupWindow: catchup * 1000, pauseOnFailure: false },
    typedSearchAttributes: attributePairs({ model }, known),
  };
}

/** @returns undefined when the server has none of that id @throws ThawError TEMPORAL_… */
export async function describeSchedule(
  session: TemporalAccess,
  id: string,
): Promise<ScheduleDescription | undefined> {
  return temporalCall(session, `reading schedule ${id}`, async () => {
    try {
      return await session.temporal.schedule.getHandle(id).describe();
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return undefined;
      throw error;
    }
  });
}

/** @param paused why, where it begins as paused @throws ThawError USAGE where the server refuses the times, TEMPORAL_… */
export async function createSchedule(
  session: TemporalAccess,
  record: WantedSchedule,
  paused: string | undefined,
  known: readonly string[],
): Promise<void> {
  const { id, model, note } = record;
  await judged(session, `making schedule ${id}`, () =>
    session.temporal.schedule.create({
      scheduleId: id,
      ...optionsOf(record, known),
      memo: { model, madeBy: "thaw schedule apply" },
      state: { paused: paused !== undefined, ...noteOf(paused ?? note) },
    }),
  );
}

/** Whether it is paused stays as it is. @throws ThawError USAGE where the server refuses the times, TEMPORAL_… */
export async function updateSchedule(
  session: TemporalAccess,
  record: WantedSchedule,
  known: readonly string[],
): Promise<void> {
  await judged(session, `changing schedule ${record.id}`, () =>
    session.temporal.schedule.getHandle(record.id).update(({ state }) => ({
      ...optionsOf(record, known),
      state: { ...state, ...(state.paused ? {} : { note: record.note ?? "" }) },
    })),
  );
}

const noteOf = (note: string | undefined) => (note === undefined ? {} : { note });

async function judged<T>(session: TemporalAccess, doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await temporalCall(session, doing, call);
  } catch (error) {
    // What the SDK makes of the server's "Invalid schedule spec".
    if (!(error instanceof TypeError)) throw error;
    throw new ThawError(
      "USAGE",
      `the Temporal server does not accept the schedule's times: ${error.message}`,
      {
        hint: "its list of time zones may be older than this machine's: try another name of the zone",
        cause: error,
      },
    );
  }
}

/** Of all that decides what a schedule does; not of whether it is paused. */
export function digestOfDescribed({
  spec,
  action,
  policies,
  typedSearchAttributes,
}: ScheduleDescription): string {
  const { typedSearchAttributes: _typed, searchAttributes, ...starts } = action;
  const said = { spec, starts, searchAttributes, policies, model: typedSearchAttributes.get(modelKey) };
  return sha256(canonicalJson(JSON.parse(JSON.stringify(said))));
}

/**
 * The times at which the schedule would look, as the server reckons them: whether it looked then is another matter.
 * @returns ascending; of more than a thousand the last ones, and from when on they are all
 */
export async function matchingTimes(
  session: TemporalAccess,
  id: string,
  from: Date,
  to: Date,
): Promise<{ readonly times: readonly Date[]; readonly from: Date }> {
  const { namespace } = session.platform.temporal;
  const ask = (first: Date, last: Date) =>
    temporalCall(session, `reckoning the times of schedule ${id}`, async () => {
      const { startTime } = await session.temporal.workflowService.listScheduleMatchingTimes({
        namespace,
        scheduleId: id,
        startTime: msToTs(first.getTime()),
        endTime: msToTs(last.getTime()),
      });
      return startTime.map(tsToDate);
    });
  return latestTimes(ask, from, to);
}

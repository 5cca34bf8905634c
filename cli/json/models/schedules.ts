/** JSON of `thaw schedule`. Public API. */
import type { AppliedSchedule } from "../../../client/schedules/apply.js";
import type { Backfilled } from "../../../client/schedules/steer.js";
import type { ScheduleStory, ScheduleView } from "../../../client/schedules/view.js";
import type { DamagedRecord } from "../../../spec/records/damaged.js";
import type {
  scheduleAppliedSchema,
  scheduleBackfilledSchema,
  scheduleListSchema,
  scheduleShowSchema,
  scheduleViewSchema,
} from "../../../spec/schemas/cli/schedules.js";
import type { Shape } from "../../../spec/schemas/exact.js";
import { damagedJson } from "../damaged.js";

export type ScheduleJson = Shape<typeof scheduleViewSchema>;
export type ScheduleListJson = Shape<typeof scheduleListSchema>;
export type ScheduleShowJson = Shape<typeof scheduleShowSchema>;
export type AppliedJson = Shape<typeof scheduleAppliedSchema>;
type BackfilledJson = Shape<typeof scheduleBackfilledSchema>;

export function scheduleJson({
  id,
  state,
  differs,
  record,
  next,
  running,
  pause,
}: ScheduleView): ScheduleJson {
  return {
    ...{ id, state, differs },
    ...(record === undefined ? {} : recordJson(record)),
    ...{ next: next.map(iso), running },
    ...(pause === undefined ? {} : { pause }),
  };
}

function recordJson(record: NonNullable<ScheduleView["record"]>) {
  const { model, times, overlap, catchup, pauseAfter, note, input, at, by } = record;
  const { runFileDigest } = input;
  return {
    ...{ model, times },
    policies: { overlap, catchup, ...(pauseAfter === undefined ? {} : { pauseAfter }) },
    ...(note === undefined ? {} : { note }),
    ...{ images: input.run.dataPath, at, by },
    ...(runFileDigest === undefined ? {} : { runFileDigest }),
  };
}

export function scheduleListJson(
  schedules: readonly ScheduleView[],
  damaged: readonly DamagedRecord[],
): ScheduleListJson {
  return { schedules: schedules.map(scheduleJson), ...damagedJson(damaged) };
}

export function scheduleShowJson(story: ScheduleStory): ScheduleShowJson {
  const { looks, absent, absentSince, damaged } = story;
  return {
    ...scheduleJson(story),
    looks: looks.map((look) => ({ ...look, at: iso(look.at) })),
    ...(absent === undefined ? {} : { absent: absent.map((one) => ({ ...one, at: iso(one.at) })) }),
    ...(absentSince === undefined ? {} : { absentSince: iso(absentSince) }),
    ...damagedJson(damaged),
  };
}

export const appliedJson = (applied: readonly AppliedSchedule[]): AppliedJson => ({ applied });

export const backfilledJson = ({ id, times }: Backfilled): BackfilledJson => ({ id, times: times.map(iso) });

const iso = (at: Date): string => at.toISOString();

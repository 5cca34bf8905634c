/** Schedules, and when they were paused. */
import { z } from "zod";
import { MOST_OF_A_NOTE } from "../../records/aliasDecision.js";
import {
  LEAST_CATCHUP,
  LEAST_EVERY,
  OVERLAPS,
  SCHEDULE_ID,
  type ScheduleRecord,
  type ScheduleSwitch,
  type ScheduleTimes,
} from "../../schedules/schedule.js";
import type { Silence } from "../../schedules/silence.js";
import { schemaOf } from "../exact.js";
import { digestSchema, nameSchema, timeSchema } from "../parts.js";

const idSchema = z.string().regex(SCHEDULE_ID);
const noteSchema = z.string().max(MOST_OF_A_NOTE);

export const scheduleTimesSchema = schemaOf<ScheduleTimes>()(
  z.object({
    crons: z.array(z.string()).describe("Cron expressions of five fields; empty where `every` says it."),
    every: z
      .int()
      .min(LEAST_EVERY)
      .exactOptional()
      .describe("Seconds from one look to the next, counted from 1970-01-01T00:00Z."),
    timezone: z.string().describe("IANA name of the zone that `crons` and `skip` are read in."),
    jitter: z.int().min(0).describe("Seconds by which a look is put off at most, by chance."),
    skip: z.array(z.string()).describe("Cron expressions of the minutes in which no look begins."),
  }),
);

export const policiesShape = {
  overlap: z.enum(OVERLAPS).describe("What becomes of a look whose time comes while another goes on."),
  catchup: z.int().min(LEAST_CATCHUP).describe("Seconds by which a look may be late."),
  pauseAfter: z.int().min(1).exactOptional().describe("So many failed looks in a row pause it."),
};

/** What a look is started with is the workflow's business; keys of it that are missing have defaults. */
const inputSchema = z
  .looseObject({
    run: z.looseObject({
      file: z.looseObject({ name: nameSchema }),
      dataPath: z.string(),
      thawVersion: z.string(),
    }),
    schedule: idSchema,
    runFileDigest: digestSchema.exactOptional().describe("Of the run file as JSON with sorted keys."),
  })
  .describe("What each look is started with: the run file, and where the images are.");

export const scheduleSchema = z.object({
  id: idSchema,
  model: nameSchema,
  times: scheduleTimesSchema,
  ...policiesShape,
  note: noteSchema.exactOptional(),
  input: inputSchema,
  at: timeSchema,
  by: z.string().describe("As they said themselves."),
  since: timeSchema.describe("Since when its times hold."),
  applied: digestSchema.describe("Of what Temporal said that it has, right after it was told."),
} satisfies Record<keyof ScheduleRecord, z.ZodType>);

export const silenceSchema = schemaOf<Silence>()(
  z.object({
    id: idSchema,
    since: timeSchema.describe("When the look before began, or since when the schedule's times hold."),
    at: timeSchema.describe("When it was told."),
    sentence: z.string(),
  }),
);

export const scheduleSwitchSchema = schemaOf<ScheduleSwitch>()(
  z.object({
    id: idSchema,
    at: timeSchema,
    paused: z.boolean(),
    by: z.string().describe("As they said themselves, or the look that failed."),
    note: noteSchema.exactOptional(),
  }),
);

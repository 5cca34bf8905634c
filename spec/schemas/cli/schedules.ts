/** JSON of `thaw schedule`. */
import { z } from "zod";
import { TICK_VERDICTS } from "../../retraining/retraining.js";
import { ABSENCES } from "../../schedules/looks.js";
import { digestSchema, timeSchema } from "../parts.js";
import { policiesShape, scheduleTimesSchema } from "../store/schedule.js";
import { damagedSchema } from "./damaged.js";

const idSchema = z.string().describe("Of the schedule, in the store and in Temporal.");

/** In `list`, and in `show`. */
export const scheduleViewSchema = z.object({
  id: idSchema,
  state: z
    .enum(["active", "paused", "lost", "unknown"])
    .describe(
      "lost: the server has it no more, and nothing looks; unknown: the server has it and the store has not.",
    ),
  differs: z.boolean().describe("Whether Temporal's schedule is another than the one that was applied."),
  model: z.string().exactOptional().describe("Absent, like what follows, of unknown ones."),
  times: scheduleTimesSchema.exactOptional(),
  policies: z.object(policiesShape).exactOptional(),
  note: z.string().exactOptional(),
  images: z.string().exactOptional().describe("Absolute path, or s3://…"),
  runFileDigest: digestSchema.exactOptional(),
  at: timeSchema.exactOptional().describe("When it was applied."),
  by: z.string().exactOptional(),
  next: z
    .array(timeSchema)
    .describe("The next times, as the server says; of a paused one those that it would have."),
  running: z.array(z.string()).describe("Ids of the looks that go on."),
  pause: z
    .object({
      note: z.string().exactOptional(),
      by: z.string().exactOptional(),
      at: timeSchema.exactOptional(),
    })
    .exactOptional()
    .describe("Why it is paused; by whom and since when only if it was paused by thaw."),
});

export const scheduleListSchema = z.object({
  schedules: z.array(scheduleViewSchema).describe("By id."),
  damaged: damagedSchema.exactOptional().describe("Absent when every record could be read."),
});

export const scheduleShowSchema = scheduleViewSchema.extend({
  looks: z
    .array(
      z.object({
        at: timeSchema.describe("The time that it was for."),
        workflowId: z.string(),
        outcome: z.enum([...TICK_VERDICTS, "running", "cancelled", "terminated", "timed-out", "ended"]),
        sentence: z.string().exactOptional(),
      }),
    )
    .describe("The newest first."),
  absent: z
    .array(z.object({ at: timeSchema, why: z.enum(ABSENCES), sentence: z.string() }))
    .exactOptional()
    .describe("Times without a look, the newest first; absent where the server cannot reckon them."),
  absentSince: timeSchema.exactOptional().describe("Since when `absent` has all."),
  damaged: damagedSchema.exactOptional().describe("Absent when every record could be read."),
});

export const scheduleAppliedSchema = z.object({
  applied: z.array(
    z.object({
      id: idSchema,
      outcome: z
        .enum(["created", "re-created", "updated", "put right", "unchanged"])
        .describe("re-created: the server had lost it; put right: somebody had changed it there."),
      changed: z.array(z.string()).describe("Parts that are other than before."),
      warnings: z.array(z.string()),
    }),
  ),
});

/** Of `pause` and `unpause`. */
export const scheduleSwitchedSchema = z.object({
  id: idSchema,
  paused: z.boolean(),
  switched: z.boolean().describe("False where it was so already."),
});

export const scheduleTriggeredSchema = z.object({
  id: idSchema,
  workflowId: z.string().exactOptional().describe("Of the look; absent where none was started."),
  running: z.array(z.string()).describe("Looks that went on before."),
});

export const scheduleBackfilledSchema = z.object({
  id: idSchema,
  times: z.array(timeSchema).describe("For which looks are started, as far as the overlap policy lets them."),
});

export const scheduleDeletedSchema = z.object({ id: idSchema });

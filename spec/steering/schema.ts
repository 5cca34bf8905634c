/** Checks what others wrote about steering: the control file, and the answers of a workflow. */
import { z } from "zod";
import type { ControlFile, RunControl, SteerCommand, SteerRecord } from "./steering.js";

const commandSchema: z.ZodType<SteerCommand> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("pause") }),
  z.object({ kind: z.literal("unpause") }),
  z.object({
    kind: z.literal("set"),
    learningRate: z.number().exactOptional(),
    patience: z.int().exactOptional(),
    epochs: z.int().exactOptional(),
  }),
  z.object({ kind: z.literal("finish") }),
]);

export const steerRecordSchema = z.object({
  seq: z.int(),
  command: commandSchema,
  by: z.string(),
  at: z.string(),
  stage: z.string().exactOptional(),
  state: z.enum(["accepted", "applied", "missed"]),
  applied: z
    .object({
      stage: z.string(),
      epoch: z.int().exactOptional(),
      step: z.int().exactOptional(),
      at: z.string(),
    })
    .exactOptional(),
}) satisfies z.ZodType<SteerRecord>;

export const pauseSchema = z.object({ since: z.string(), by: z.string() });

export const runControlSchema: z.ZodType<RunControl> = z.object({
  paused: pauseSchema.exactOptional(),
  commands: z.array(steerRecordSchema),
});

export const controlFileSchema = z.object({
  runId: z.string(),
  commands: z.array(steerRecordSchema),
}) satisfies z.ZodType<ControlFile>;

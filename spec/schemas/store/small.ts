/** Records of one or two values. */
import { z } from "zod";
import { timeSchema, versionSchema } from "../parts.js";

export const aliasSchema = z.object({ version: versionSchema, since: timeSchema });

/** A pin of a run, or a run's reference to an upload. */
export const sinceSchema = z.object({ since: timeSchema });

export const checkpointTimeSchema = z.object({
  seconds: z.number().min(0).describe("The slowest of a stage, from the written file to the proven upload."),
});

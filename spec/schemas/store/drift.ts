/** Records of drift: new images held against those that a version was evaluated on. */
import { z } from "zod";
import type { DriftRecord } from "../../records/drift.js";
import { driftSchema } from "../cli/drift.js";
import { schemaOf } from "../exact.js";
import { digestSchema, timeSchema } from "../parts.js";

export const driftRecordSchema = schemaOf<DriftRecord>()(
  driftSchema.extend({
    at: timeSchema,
    source: digestSchema.describe("Of all images as they were listed then."),
    bytes: z.record(z.string(), digestSchema).describe("SHA-256 of the newest-looking images, by path."),
  }),
);

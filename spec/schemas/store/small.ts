/** Records of one or two values. */
import { z } from "zod";
import { type AliasDecision, MOST_OF_A_NOTE, WAYS_TO_DECIDE } from "../../records/aliasDecision.js";
import { schemaOf } from "../exact.js";
import { countSchema, digestSchema, timeSchema, versionSchema } from "../parts.js";

/** As thaw wrote them before aliases had a log. */
export const aliasSchema = z.object({ version: versionSchema, since: timeSchema });

export const aliasDecisionSchema = schemaOf<AliasDecision>()(
  z.object({
    seq: countSchema.describe("From 1, without gaps; 0 is what an earlier thaw wrote, which kept no log."),
    version: versionSchema.nullable().describe("What the alias means from now on; null: it is no more."),
    before: versionSchema.nullable().describe("What it meant before; null: nothing."),
    at: timeSchema,
    by: z.string().describe("As they said themselves."),
    how: z.enum(WAYS_TO_DECIDE),
    reportDigest: digestSchema.exactOptional().describe("Of the report on the version, as it was then."),
    evidence: z
      .object({
        record: z.string().describe("Key in the bucket."),
        digest: digestSchema.describe("Of its JSON with sorted keys."),
      })
      .exactOptional()
      .describe("The proof that the decision stands on."),
    note: z.string().max(MOST_OF_A_NOTE).exactOptional(),
  }),
);

/** A pin of a run, or a run's reference to an upload. */
export const sinceSchema = z.object({ since: timeSchema });

export const checkpointTimeSchema = z.object({
  seconds: z.number().min(0).describe("The slowest of a stage, from the written file to the proven upload."),
});

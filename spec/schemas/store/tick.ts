/** Ticks: what a look at a model's images came to. */
import { z } from "zod";
import { DRIFT_VERDICTS } from "../../records/drift.js";
import { usageSchema } from "../../records/usage.js";
import { RETRAIN_REASONS, TICK_VERDICTS, type Tick } from "../../retraining/retraining.js";
import { schemaOf } from "../exact.js";
import { countSchema, digestSchema, runIdSchema, shareSchema, timeSchema, versionSchema } from "../parts.js";
import { depthDecisionSchema } from "../records/depth.js";

export const tickSchema = schemaOf<Tick>()(
  z.object({
    model: z.string(),
    at: timeSchema,
    endedAt: timeSchema.exactOptional().describe("Absent in records of older versions."),
    workflowId: z.string(),
    schedule: z.string().exactOptional().describe("Absent where a person asked for it."),
    verdict: z.enum(TICK_VERDICTS),
    sentence: z.string(),
    reasons: z.array(z.enum(RETRAIN_REASONS)).describe("Why it was trained; empty where it was not."),
    look: z
      .object({
        source: digestSchema.describe("Of the images' names, labels and contents."),
        images: countSchema,
        added: countSchema,
        removed: countSchema,
        changed: countSchema,
        version: versionSchema.exactOptional().describe("The newest, whose images they were held against."),
        inUse: versionSchema.exactOptional().describe("What the alias meant."),
      })
      .exactOptional()
      .describe("Absent where the look itself failed."),
    drift: z
      .object({
        version: versionSchema.describe("In use, that the new images were held against."),
        verdict: z.enum(DRIFT_VERDICTS).exactOptional().describe("Absent where it could not be told."),
        sentence: z.string().describe("The verdict with its figures, or why there is none."),
        causes: z.array(z.string()).exactOptional().describe("What differs in files and pixels."),
        newest: z.array(z.string()).exactOptional().describe("Paths of images, the newest-looking first."),
        compared: countSchema.exactOptional(),
        record: z
          .object({ record: z.string(), digest: digestSchema })
          .exactOptional()
          .describe("All of it, as a record, and the digest of what that says."),
      })
      .exactOptional()
      .describe("How the new images look to it; absent where none are new, or it was not asked."),
    depth: depthDecisionSchema
      .exactOptional()
      .describe("How deep it was trained, and why; absent where the run file asks for a full training."),
    usage: z
      .object({ drift: usageSchema.exactOptional(), newest: usageSchema.exactOptional() })
      .exactOptional()
      .describe("What a training worker held while it answered what it was asked beside the run."),
    runId: runIdSchema.exactOptional(),
    version: versionSchema.exactOptional().describe("That was trained."),
    testAccuracy: shareSchema.exactOptional(),
    proof: z.int().min(1).exactOptional().describe("Its number."),
    decision: z.int().min(1).exactOptional().describe("Number of the alias' entry that was made."),
    approval: z.string().exactOptional().describe("Id of the workflow that asks a person."),
  }),
);

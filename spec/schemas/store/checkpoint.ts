/** What a stage under way leaves in the store: the manifests of its checkpoints, and the claims of its attempts. */
import { z } from "zod";
import { countSchema, fileNameSchema, timeSchema } from "../parts.js";
import { positionSchema } from "../records/training.js";

export const checkpointManifestSchema = z.object({
  run: z.string(),
  fence: z.int().min(1),
  sequence: countSchema,
  identity: z.object({
    engine: z.string(),
    threads: z.int().min(1),
    bfloat16: z.enum(["multiplied", "rounded"]).exactOptional(),
  }),
  position: positionSchema,
  steered: z.boolean(),
  files: z.array(z.object({ name: fileNameSchema, digest: z.string(), size: countSchema })),
  createdAt: timeSchema,
  digest: z.string().describe("SHA-256 over all of the above."),
});
export type CheckpointManifest = z.output<typeof checkpointManifestSchema>;

export const claimSchema = z.object({
  run: z.string(),
  activity: z.number().exactOptional().describe("Absent in claims of older workers."),
  attempt: z.number(),
  worker: z.string().exactOptional(),
  at: timeSchema.exactOptional(),
});
export type Claim = z.output<typeof claimSchema>;

/** JSON of `thaw lineage`. */
import { z } from "zod";
import { type LineageNode, NODE_KINDS, RELATIONS } from "../../lineageTree.js";
import { SPLITS } from "../../records/dataset.js";
import { digestSchema, timeSchema } from "../parts.js";
import { damagedSchema } from "./damaged.js";

const nodeSchema: z.ZodType<LineageNode> = z
  .object({
    kind: z.enum(NODE_KINDS),
    name: z.string().describe("`digits@3`, a run's id, a stage, a path; of an alias' decision the alias."),
    relation: z.enum(RELATIONS).exactOptional().describe("What it is to the one above it."),
    digest: z
      .string()
      .exactOptional()
      .describe("SHA-256: of an artifact over files and summary, of files over their bytes."),
    key: digestSchema.exactOptional().describe("Of an artifact, as in its place in the bucket."),
    at: timeSchema.exactOptional(),
    label: z.string().exactOptional().describe("Of an image in a dataset, like what follows."),
    split: z.enum(SPLITS).exactOptional(),
    now: z.boolean().exactOptional().describe("Of an alias' decision: whether the alias means it now."),
    text: z.string().exactOptional().describe("What else there is to say."),
    nodes: z.lazy(() => z.array(nodeSchema)).exactOptional(),
  })
  .meta({ id: "lineageNode" });

export const lineageSchema = z.object({
  subject: z.object({
    kind: z.enum(["model", "run", "digest", "image"]),
    name: z.string(),
    digest: digestSchema.exactOptional(),
    text: z.string().exactOptional(),
  }),
  up: z.array(nodeSchema).describe("What it was made of."),
  down: z.array(nodeSchema).describe("What was made of it; of a digest or an image, where it is."),
  damaged: damagedSchema.exactOptional().describe("Absent when everything could be read."),
});

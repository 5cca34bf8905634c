/** Schemas of how deep a retraining trains. */
import { z } from "zod";
import { DRIFT_VERDICTS } from "../../records/drift.js";
import type {
  ChampionFacts,
  DepthDecision,
  RunDepth,
  UnreadableChampion,
} from "../../retraining/depthDecision.js";
import { TRAINING_DEPTHS } from "../../retraining/terms.js";
import { schemaOf } from "../exact.js";
import { countSchema, versionSchema } from "../parts.js";

export const depthDecisionShape = {
  depth: z.enum(TRAINING_DEPTHS),
  rule: z.string().describe("Name of the row that decided."),
  reason: z.string(),
  champion: versionSchema.exactOptional().describe("The version in use, where it starts from that."),
};

export const depthDecisionSchema = schemaOf<DepthDecision>()(z.object(depthDecisionShape));

const unreadableSchema = schemaOf<UnreadableChampion>()(
  z.object({ champion: versionSchema, unreadable: z.string().describe("Why it can be no start.") }),
);

const championSchema = schemaOf<ChampionFacts>()(
  z.object({
    champion: versionSchema,
    base: z.string(),
    sameBase: z.boolean(),
    tuned: z.boolean(),
    deeper: versionSchema.describe("The last version that was trained deeper than its head."),
    heads: countSchema.describe("Versions since, of which only the head was trained."),
    full: z.object({ version: versionSchema, ageDays: z.int().min(0) }).exactOptional(),
    generations: countSchema.describe("Versions since the last full training."),
    images: countSchema,
    fresh: countSchema.describe("Images that `deeper` had not."),
    forgotten: countSchema.describe("Learned images that are gone or have another label."),
    appeared: z.array(z.string()),
    gone: z.array(z.string()),
  }),
);

export const runDepthSchema = schemaOf<RunDepth>()(
  z.object({
    ...depthDecisionShape,
    evidence: z.object({
      asked: z.enum(["auto", ...TRAINING_DEPTHS]),
      reasons: z.array(z.string()),
      drift: z.enum(DRIFT_VERDICTS).exactOptional(),
      facts: z.union([unreadableSchema, championSchema]).exactOptional(),
    }),
  }),
);

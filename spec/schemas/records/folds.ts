/** Schemas of `spec/records/folds.ts`. */
import { z } from "zod";
import type {
  CrossValidation,
  FoldDecision,
  FoldFigures,
  FoldSummary,
  FoldsInBrief,
} from "../../records/folds.js";
import { schemaOf } from "../exact.js";
import { countSchema, intervalSchema } from "../parts.js";
import { arithmeticSchema, memoryFallbackSchema } from "./training.js";

export const foldDecisionSchema = schemaOf<FoldDecision>()(
  z.object({ count: countSchema, reason: z.string() }),
);

export const foldsInBriefSchema = schemaOf<FoldsInBrief>()(
  z
    .object({
      count: countSchema,
      images: countSchema,
      accuracy: z.number(),
      accuracyInterval: intervalSchema,
      headAccuracy: z.number(),
      pValue: z.number(),
    })
    .describe("The recipe cross-validated: for small sets the figure to quote. Absent without folds."),
);

const figuresSchema = schemaOf<FoldFigures>()(
  z.object({ accuracy: z.number(), balancedAccuracy: z.number(), macroF1: z.number() }),
);

const stageSchema = z.object({
  stage: z.string(),
  deepest: z.string(),
  kept: z.boolean(),
  verdict: z.string(),
});

const foldSummarySchema = schemaOf<FoldSummary>()(
  z.object({
    fold: z.int(),
    folds: z.int(),
    images: z.object({ train: countSchema, validation: countSchema, heldOut: countSchema }),
    head: figuresSchema,
    final: figuresSchema,
    stages: z.array(stageSchema),
    seconds: z.number(),
    arithmetic: arithmeticSchema.exactOptional(),
    outOfMemory: memoryFallbackSchema.exactOptional(),
  }),
);

const figureSchema = z.object({
  pooled: z.number(),
  mean: z.number(),
  deviation: z.number(),
  interval: intervalSchema,
});
const figureSetSchema = z.object({
  accuracy: figureSchema,
  balancedAccuracy: figureSchema,
  macroF1: figureSchema,
});

export const crossValidationSchema = schemaOf<CrossValidation>()(
  z.object({
    folds: z.array(foldSummarySchema),
    images: countSchema,
    accuracy: z.number(),
    accuracyInterval: intervalSchema,
    head: figureSetSchema,
    final: figureSetSchema,
    gain: figureSchema.omit({ pooled: true }),
    againstHead: z.object({ better: countSchema, worse: countSchema, pValue: z.number() }),
    kept: z.array(z.object({ stage: z.string(), deepest: z.string(), folds: countSchema })),
  }),
);

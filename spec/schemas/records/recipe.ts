/** Schemas of what is measured and decided before training: recipe, learning curve, comparison of bases. */
import { z } from "zod";
import type { BaseComparison, BaseCost } from "../../records/baseComparison.js";
import type { LearningCurve } from "../../records/learningCurve.js";
import type { DomainDistance, RecipeDecision, RecipeEvidence, RecipeSummary } from "../../records/recipe.js";
import { schemaOf } from "../exact.js";
import { countSchema, intervalSchema } from "../parts.js";
import { labelSuspectsSchema, suspectedCopiesSchema } from "./dataset.js";
import { foldDecisionSchema } from "./folds.js";

const probeSchema = z.object({
  accuracy: z.number(),
  interval: intervalSchema,
  balancedAccuracy: z.number(),
});

const domainDistanceSchema = schemaOf<DomainDistance>()(
  z.object({
    images: countSchema,
    distance: z.number(),
    error: z.number(),
    groups: z.array(z.object({ name: z.string(), distance: z.number(), error: z.number() })),
  }),
);

const verdictSchema = z.enum(["near", "grey", "far"]);

const learningCurveSchema = schemaOf<LearningCurve>()(
  z.object({
    draws: countSchema,
    points: z.array(
      z.object({
        images: z
          .number()
          .describe("Training images of a fit: a share of those outside of a fold on the mean."),
        accuracy: z.number(),
        spread: z.number(),
      }),
    ),
    law: z.object({ floor: z.number(), factor: z.number(), exponent: z.number() }),
    now: z.object({ images: z.number(), accuracy: z.number() }),
    more: z.array(
      z.object({
        times: z.number(),
        accuracy: z.number(),
        interval: intervalSchema,
        gain: z.number(),
        gainInterval: intervalSchema,
      }),
    ),
    foretold: z.number(),
    verdict: z.enum(["rising", "flat", "uncertain"]),
  }),
);

const evidenceSchema = schemaOf<RecipeEvidence>()(
  z.object({
    images: countSchema,
    trainImages: countSchema,
    smallestClass: z.object({ name: z.string(), images: countSchema }),
    classes: countSchema,
    folds: countSchema,
    majority: z.number(),
    probe: probeSchema,
    colours: probeSchema,
    neighbours: z.number(),
    logMe: z.number(),
    hScore: z.number(),
    domain: domainDistanceSchema.exactOptional(),
    learningCurve: learningCurveSchema.exactOptional(),
    headroom: z
      .object({ images: countSchema, groups: countSchema, wrong: z.number() })
      .exactOptional()
      .describe("Validation images, and the groups of them in which the probe is wrong out of fold."),
    leaks: countSchema.exactOptional(),
    known: countSchema.exactOptional(),
  }),
);

const decisionSchema = schemaOf<RecipeDecision>()(
  z.object({
    choice: z.enum(["extractor-only", "staged", "unlearnable"]),
    stages: countSchema,
    planned: countSchema,
    rule: z.string(),
    reason: z.string(),
    help: z.string().exactOptional(),
    folds: foldDecisionSchema.exactOptional(),
  }),
);

export const recipeSummarySchema = schemaOf<RecipeSummary>()(
  z.object({
    evidence: evidenceSchema,
    compatibility: z.object({
      verdict: z.enum(["suits", "suits partly", "does not suit"]),
      sentence: z.string(),
    }),
    domain: z.object({ verdict: verdictSchema, sentence: z.string(), advice: z.string() }).exactOptional(),
    decision: decisionSchema,
    advice: z.string().exactOptional(),
    labelSuspects: labelSuspectsSchema.exactOptional(),
    copies: suspectedCopiesSchema.exactOptional(),
  }),
);

const baseCostSchema = schemaOf<BaseCost>()(
  z.object({
    multiplyAdds: z.number().exactOptional().describe("For one view."),
    weightBytes: z.number().exactOptional(),
    passBytes: z
      .number()
      .exactOptional()
      .describe(
        "What the frozen pass of 32 images holds at least: weights, and the largest layer's input and output.",
      ),
    speed: z
      .object({ viewsPerSecond: z.number(), batches: countSchema, machine: z.string() })
      .exactOptional()
      .describe("Of the frozen pass, measured on the machine that computed the features."),
  }),
);

export const baseComparisonSchema = schemaOf<BaseComparison>()(
  z.object({
    candidates: z.array(
      z.object({
        name: z.string(),
        probe: probeSchema,
        logMe: z.number(),
        hScore: z.number(),
        neighbours: z.number(),
        domain: z.object({ distance: z.number(), error: z.number(), verdict: verdictSchema }).exactOptional(),
        secondsPerView: z.number().exactOptional(),
        cost: baseCostSchema.exactOptional(),
      }),
    ),
    chosen: z.string(),
    reason: z.string(),
    cheaper: z
      .object({
        name: z.string(),
        times: z.number(),
        pValue: z.number(),
        but: z.enum(["probe", "logMe", "saving"]).exactOptional(),
      })
      .exactOptional()
      .describe("Costs less, cannot be told apart, and was not taken."),
    passedOver: z
      .object({
        name: z.string(),
        times: z.number(),
        pValue: z.number(),
        ground: z.enum(["ceiling", "alike"]),
      })
      .exactOptional()
      .describe("The most accurate one, where a cheaper one was chosen instead."),
  }),
);

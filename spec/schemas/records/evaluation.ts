/** Schemas of `spec/records/evaluation.ts`. */
import { z } from "zod";
import type {
  Calibration,
  ClassMetrics,
  ConformalSets,
  Evaluation,
  Prediction,
} from "../../records/evaluation.js";
import { schemaOf } from "../exact.js";
import { countSchema, intervalSchema } from "../parts.js";
import { labelSuspectsSchema } from "./dataset.js";
import { crossValidationSchema } from "./folds.js";
import { modelGoldenSchema } from "./golden.js";
import { resemblanceSchema } from "./resemblance.js";

const classMetricsSchema = schemaOf<ClassMetrics>()(
  z.object({
    name: z.string(),
    precision: z.number(),
    recall: z.number(),
    f1: z.number(),
    support: countSchema,
    auc: z.number().exactOptional(),
    averagePrecision: z.number().exactOptional(),
  }),
);

export const predictionSchema = schemaOf<Prediction>()(
  z.object({
    path: z.string(),
    label: countSchema,
    predicted: countSchema,
    confidence: z.number(),
  }),
);

const calibrationSchema = schemaOf<Calibration>()(
  z.object({
    loss: z.number(),
    ece: z.number(),
    brier: z.number(),
    bins: z.array(
      z.object({
        from: z.number(),
        to: z.number(),
        images: countSchema,
        confidence: z.number(),
        accuracy: z.number(),
      }),
    ),
  }),
);

const conformalSchema = schemaOf<ConformalSets>()(
  z.object({
    level: z.number(),
    calibrationImages: countSchema,
    leastImages: countSchema,
    quantile: z.number().exactOptional(),
    coverage: z.number(),
    meanSize: z.number(),
    empty: z.number(),
    several: z.number(),
  }),
);

/** Accuracy on test images that are known from elsewhere, and without them. */
export const leakedSchema = z.object({
  images: countSchema,
  accuracy: z.number(),
  accuracyOfOthers: z.number().exactOptional(),
});

export const evaluationSchema = schemaOf<Evaluation>()(
  z.object({
    classes: z.array(z.string()),
    images: countSchema,
    groups: countSchema.exactOptional(),
    accuracy: z.number(),
    accuracyInterval: intervalSchema,
    balancedAccuracy: z.number(),
    macroF1: z.number(),
    loss: z.number(),
    confusion: z.array(z.array(countSchema)).describe("`confusion[actual][predicted]`, counts."),
    perClass: z.array(classMetricsSchema),
    mistakes: z.array(predictionSchema),
    byStage: z.array(
      z.object({ stage: z.string(), accuracy: z.number(), interval: intervalSchema.exactOptional() }),
    ),
    scratch: z
      .object({
        accuracy: z.number(),
        interval: intervalSchema.exactOptional(),
        seconds: z.number(),
        epochs: countSchema,
      })
      .exactOptional(),
    temperature: z.number().exactOptional(),
    calibration: z.object({ before: calibrationSchema, after: calibrationSchema }).exactOptional(),
    conformal: conformalSchema.exactOptional(),
    refuted: z
      .object({
        temperature: z.object({ fitted: z.number(), pValue: z.number() }).exactOptional(),
        sets: z.object({ pValue: z.number() }).exactOptional(),
      })
      .exactOptional(),
    resemblance: resemblanceSchema.exactOptional(),
    twins: z
      .object({
        images: countSchema,
        sameBytes: countSchema,
        sameLook: countSchema,
        stillThere: countSchema,
        accuracy: z.number(),
        accuracyOfOthers: z.number().exactOptional(),
      })
      .optional(),
    macroAuc: z.number().exactOptional(),
    macroAveragePrecision: z.number().exactOptional(),
    againstHead: z.object({ better: countSchema, worse: countSchema, pValue: z.number() }).exactOptional(),
    mirrored: z.object({ accuracy: z.number(), interval: intervalSchema, loss: z.number() }).exactOptional(),
    golden: modelGoldenSchema.exactOptional(),
    labelSuspects: labelSuspectsSchema.exactOptional(),
    leaked: leakedSchema.optional(),
    crossValidation: crossValidationSchema.exactOptional(),
    topLosses: z.array(predictionSchema.extend({ loss: z.number() })).exactOptional(),
  }),
);

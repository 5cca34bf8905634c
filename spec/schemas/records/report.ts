/** Schema of `report.json`, and of what `thaw report --json` prints. */
import { z } from "zod";
import type { PrecisionCheck } from "../../engine/precision.js";
import type { RunCost } from "../../prices.js";
import type { ReportData } from "../../records/report.js";
import type { ActivationMaps, FeatureMap } from "../../records/visuals.js";
import { schemaOf } from "../exact.js";
import { countSchema, timeSchema } from "../parts.js";
import { driftRecordSchema } from "../store/drift.js";
import { datasetSummarySchema } from "./dataset.js";
import { runDepthSchema } from "./depth.js";
import { evaluationSchema, leakedSchema, predictionSchema } from "./evaluation.js";
import { shownBandsSchema } from "./model.js";
import { baseComparisonSchema, recipeSummarySchema } from "./recipe.js";
import {
  arithmeticSchema,
  autoPrecisionSchema,
  epochSchema,
  stageSummarySchema,
  trainingSummarySchema,
} from "./training.js";

export const runCostSchema = schemaOf<RunCost>()(
  z
    .object({
      currency: z.string(),
      amount: z.number(),
      stages: z.array(z.object({ stage: z.string(), amount: z.number(), seconds: z.number() })),
    })
    .describe("Of the stages that the run computed; only where THAW_PRICES names a price table."),
);

export const activationMapsSchema = schemaOf<ActivationMaps>()(
  z.object({
    rows: countSchema,
    columns: countSchema,
    maps: z.array(
      predictionSchema.extend({
        values: z.array(z.number()),
        width: countSchema,
        height: countSchema,
        side: countSchema,
      }),
    ),
    surest: z.array(z.array(z.string())),
  }),
);

export const featureMapSchema = schemaOf<FeatureMap>()(
  z.object({
    explained: z.tuple([z.number(), z.number()]),
    points: z.array(
      z.object({
        path: z.string(),
        label: countSchema,
        predicted: countSchema.exactOptional(),
        x: z.number(),
        y: z.number(),
      }),
    ),
  }),
);

const precisionCheckSchema = schemaOf<PrecisionCheck>()(
  z
    .object({
      asked: z.literal("bfloat16"),
      used: z.enum(["float32", "bfloat16"]),
      arithmetic: arithmeticSchema.exactOptional(),
      pictures: countSchema,
      cosine: z.number().exactOptional().describe("The smallest, of the features with those in float32."),
    })
    .describe("Of the frozen layers in training; absent where all is float32."),
);

export const reportSchema = schemaOf<ReportData>()(
  z.object({
    runId: z.string(),
    model: z.object({ name: z.string(), version: z.int() }),
    createdAt: timeSchema,
    dataset: datasetSummarySchema,
    base: z.object({
      name: z.string(),
      source: z.string(),
      licence: z.string(),
      pretrainedOn: z.string(),
      inputSize: countSchema,
      trainedOn: z.literal("BGR").exactOptional(),
      bands: shownBandsSchema.exactOptional(),
      layerGroups: z.array(z.string()),
    }),
    bases: baseComparisonSchema.exactOptional(),
    recipe: recipeSummarySchema.exactOptional(),
    precision: precisionCheckSchema.exactOptional(),
    autoPrecision: autoPrecisionSchema.exactOptional(),
    head: trainingSummarySchema,
    stages: z.array(stageSummarySchema),
    scratch: z.object({ history: z.array(epochSchema), seconds: z.number() }).exactOptional(),
    evaluation: evaluationSchema,
    drift: driftRecordSchema.omit({ bytes: true }).exactOptional(),
    depth: runDepthSchema.exactOptional(),
    suspectedCopies: leakedSchema.exactOptional(),
    thumbnails: z.record(z.string(), z.string()).describe("Data URIs by image path."),
    examples: z.array(z.array(z.string())),
    card: z
      .object({ intended_use: z.string(), limits: z.string(), licence: z.string(), contact: z.string() })
      .exactOptional(),
    activationMaps: activationMapsSchema.exactOptional(),
    overlays: z.record(z.string(), z.string()).exactOptional(),
    featureMap: featureMapSchema.exactOptional(),
    timings: z.array(z.object({ stage: z.string(), seconds: z.number(), cached: z.boolean() })),
    cost: runCostSchema.exactOptional(),
    digests: z.record(z.string(), z.string()).describe("Of each artifact, by stage."),
    runFile: z.string().describe("As it was used, YAML."),
    engine: z.string(),
    thawVersion: z.string(),
    temporalUrl: z.string().exactOptional(),
  }),
);

/** Schemas of `spec/records/training.ts`. */
import { z } from "zod";
import type { AutoPrecision, Bfloat16Arithmetic } from "../../engine/precision.js";
import type { Outage } from "../../records/outage.js";
import type {
  AppliedChange,
  EpochRecord,
  MemoryFallback,
  Progress,
  RateFinding,
  StageSummary,
  TrainingSummary,
} from "../../records/training.js";
import { schemaOf } from "../exact.js";
import { countSchema, timeSchema } from "../parts.js";

export const epochSchema = schemaOf<EpochRecord>()(
  z.object({
    epoch: z.int(),
    loss: z.number(),
    accuracy: z.number(),
    validationLoss: z.number(),
    validationAccuracy: z.number(),
    learningRate: z.number(),
    seconds: z.number(),
    averaged: z.boolean().exactOptional(),
  }),
);

export const positionSchema = z.object({ epoch: countSchema, step: countSchema });

const appliedChangeSchema = schemaOf<AppliedChange>()(
  z.object({
    ...positionSchema.shape,
    seq: z.int(),
    learningRate: z.number().exactOptional(),
    patience: z.int().exactOptional(),
    epochs: z.int().exactOptional(),
    finish: z.literal(true).exactOptional(),
  }),
);

export const memoryFallbackSchema = schemaOf<MemoryFallback>()(
  z.object({ at: countSchema, batchSize: countSchema }),
);

export const arithmeticSchema = schemaOf<Bfloat16Arithmetic>()(
  z
    .enum(["multiplied", "rounded"])
    .describe(
      "How bfloat16 came about: multiplied by the processor, or rounded from float32. Absent in float32.",
    ),
);

export const autoPrecisionSchema = schemaOf<AutoPrecision>()(
  z
    .object({
      took: z.enum(["float32", "bfloat16"]),
      why: z.string().describe("By which machine that was decided, and why."),
    })
    .describe("What `precision: auto` came to; absent where the run file names the precision."),
);

export const trainingSummarySchema = schemaOf<TrainingSummary>()(
  z.object({
    history: z.array(epochSchema),
    bestEpoch: z.int(),
    validationLoss: z.number(),
    validationAccuracy: z.number(),
    stoppedEarly: z.boolean(),
    seconds: z.number(),
    trainableParameters: countSchema,
    outOfMemory: memoryFallbackSchema.exactOptional(),
    resumed: z.array(positionSchema).exactOptional(),
    changes: z.array(appliedChangeSchema).exactOptional(),
  }),
);

const rateFindingSchema = schemaOf<RateFinding>()(
  z.object({
    factor: z.number(),
    points: z.array(z.object({ factor: z.number(), loss: z.number() })),
    seconds: z.number(),
  }),
);

export const stageSummarySchema = schemaOf<StageSummary>()(
  z.object({
    ...trainingSummarySchema.shape,
    deepest: z.string(),
    groups: z.array(z.object({ name: z.string(), learningRate: z.number() })),
    before: z.object({ validationLoss: z.number(), validationAccuracy: z.number() }),
    kept: z.boolean(),
    rateFinding: rateFindingSchema.exactOptional(),
    surgical: z.boolean().exactOptional(),
    arithmetic: arithmeticSchema.exactOptional(),
    verdict: z.string(),
  }),
);

const outageSchema = schemaOf<Outage>()(z.object({ since: timeSchema, tries: countSchema, why: z.string() }));

export const progressSchema = schemaOf<Progress>()(
  z.object({
    phase: z.string(),
    step: z.number(),
    total: z.number(),
    epochEnd: epochSchema.exactOptional(),
    images: z.number().exactOptional(),
    reused: z.number().exactOptional(),
    loss: z.number().exactOptional(),
    validationAccuracy: z.number().exactOptional(),
    imagesPerSecond: z.number().exactOptional(),
    etaSeconds: z.number().exactOptional(),
    ageSeconds: z.number().exactOptional(),
    outage: outageSchema.exactOptional(),
    heldSeconds: z.number().exactOptional(),
  }),
);

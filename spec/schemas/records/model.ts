/** Schemas of registered models and bases. */
import { z } from "zod";
import type {
  BaseSpec,
  BaseView,
  ExtractorSpec,
  NetworkSpec,
  PixelScale,
  RegisteredBase,
  ShownBands,
  StoredFile,
  TakenWeights,
} from "../../base.js";
import type { ModelVersion } from "../../records/model.js";
import { schemaOf } from "../exact.js";
import {
  artifactRefSchema,
  artifactsSchema,
  countSchema,
  digestSchema,
  nameSchema,
  runIdSchema,
  sealSchema,
  shareSchema,
  timeSchema,
  versionSchema,
} from "../parts.js";
import { depthDecisionSchema } from "./depth.js";
import { foldsInBriefSchema } from "./folds.js";
import { classesSchema, goldenSchema, modelGoldenSchema, temperatureSchema } from "./golden.js";
import { resemblanceInBriefSchema } from "./resemblance.js";

const perChannel = z.union([z.number(), z.tuple([z.number(), z.number(), z.number()])]);

export const pixelScaleSchema = schemaOf<PixelScale>()(z.object({ mean: perChannel, deviation: perChannel }));

const viewSchema = schemaOf<BaseView>()(
  z.object({ cropFraction: z.number().gt(0).max(1), kernel: z.enum(["cubic", "linear"]) }),
);

const colourOrderSchema = z.enum(["rgb", "bgr"]);

const storedFileSchema = schemaOf<StoredFile>()(z.object({ digest: digestSchema, size: countSchema }));

export const extractorSchema = schemaOf<ExtractorSpec>()(
  z.object({
    inputSize: z.int().min(1),
    features: z.int().min(1),
    output: z.string(),
    blueFirst: z.boolean().exactOptional(),
    multiplyAdds: z.number().min(0).exactOptional(),
    passBytes: z.number().min(0).exactOptional(),
    weightBytes: z.number().min(0).exactOptional(),
  }),
);

export const networkSchema = schemaOf<NetworkSpec>()(
  z.object({
    features: z.int().min(1),
    multiplyAdds: z.number().min(0),
    output: z.string(),
    head: z.string().exactOptional(),
    passBytes: z.number().min(0).exactOptional(),
    weightBytes: z.number().min(0).exactOptional(),
    scaleGuessed: z.boolean().exactOptional(),
  }),
);

export const shownBandsSchema = schemaOf<ShownBands>()(
  z.object({ count: z.int().min(1), shown: z.array(z.int().min(1)) }),
);

export const takenWeightsSchema = schemaOf<TakenWeights>()(
  z.object({
    name: z.string(),
    prefix: z.string().exactOptional(),
    others: z.array(z.string()).exactOptional(),
    converted: z.array(z.string()).exactOptional(),
    blueFirst: z.boolean().exactOptional(),
    oneChannel: z.boolean().exactOptional(),
    bands: shownBandsSchema.exactOptional(),
    folded: z.boolean().exactOptional(),
    computed: z.boolean().exactOptional(),
  }),
);

const originShape = { source: z.string(), licence: z.string(), pretrainedOn: z.string() };

export const registeredBaseSchema = schemaOf<RegisteredBase>()(
  z.object({
    name: nameSchema,
    version: versionSchema,
    createdAt: timeSchema,
    architecture: z.string(),
    known: z.string().exactOptional(),
    checkpoint: storedFileSchema,
    weights: takenWeightsSchema.exactOptional(),
    pixelScale: pixelScaleSchema.exactOptional(),
    inputSize: z.int().min(1).exactOptional(),
    view: viewSchema.exactOptional(),
    colourOrder: colourOrderSchema.exactOptional(),
    normEpsilon: z.number().min(0).exactOptional(),
    extractor: extractorSchema.exactOptional(),
    network: networkSchema.exactOptional(),
    golden: goldenSchema.exactOptional(),
    ...originShape,
    seal: sealSchema,
  }),
);

const baseSpecSchema = schemaOf<BaseSpec>()(
  z.object({
    name: z.string(),
    architecture: z.string(),
    checkpoint: storedFileSchema.exactOptional(),
    weights: z.string().exactOptional(),
    pixelScale: pixelScaleSchema.exactOptional(),
    inputSize: z.int().min(1).exactOptional(),
    view: viewSchema.exactOptional(),
    colourOrder: colourOrderSchema.exactOptional(),
    normEpsilon: z.number().min(0).exactOptional(),
    bands: shownBandsSchema.exactOptional(),
    trainedOn: z.literal("BGR").exactOptional(),
    extractor: extractorSchema.exactOptional(),
    network: networkSchema.exactOptional(),
    golden: goldenSchema.exactOptional(),
    layers: z.array(artifactRefSchema),
    lineage: z.array(z.string()),
    tunedOn: z.array(artifactRefSchema).exactOptional(),
    digest: digestSchema,
    origin: z.object(originShape),
  }),
);

export const modelVersionSchema = schemaOf<ModelVersion>()(
  z.object({
    name: nameSchema,
    version: versionSchema,
    runId: runIdSchema,
    createdAt: timeSchema,
    classes: classesSchema,
    base: z.string(),
    baseSpec: baseSpecSchema.exactOptional(),
    depth: depthDecisionSchema.exactOptional(),
    background: z.enum(["white", "black"]),
    keepShortSide: z.int().min(1),
    testAccuracy: shareSchema,
    folds: foldsInBriefSchema.exactOptional(),
    resemblance: resemblanceInBriefSchema.exactOptional(),
    temperature: temperatureSchema.exactOptional(),
    conformalQuantile: z.number().min(0).max(1).exactOptional(),
    mirroredAccuracy: z.number().min(0).max(1).exactOptional(),
    golden: modelGoldenSchema.exactOptional(),
    weights: artifactRefSchema,
    artifacts: artifactsSchema,
    seal: sealSchema,
  }),
);

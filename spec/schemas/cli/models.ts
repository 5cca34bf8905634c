/** JSON of the commands about models and bases. */
import { z } from "zod";
import { EXPORT_FORMATS } from "../../exportFormat.js";
import type { LicenceConcern } from "../../licence.js";
import type { Delivery } from "../../notifications/event.js";
import type { PixelScaleName } from "../../pixelScales.js";
import { schemaOf } from "../exact.js";
import {
  countSchema,
  digestSchema,
  forewarningsSchema,
  missingAttributesSchema,
  shareSchema,
  timeSchema,
  versionSchema,
} from "../parts.js";
import { depthDecisionShape } from "../records/depth.js";
import { foldsInBriefSchema } from "../records/folds.js";
import { extractorSchema, networkSchema, pixelScaleSchema, takenWeightsSchema } from "../records/model.js";
import { warningsSchema } from "../records/warning.js";
import { approvalSchema } from "../store/approval.js";
import { aliasDecisionSchema } from "../store/small.js";
import { tickSchema } from "../store/tick.js";
import { damagedSchema } from "./damaged.js";
import { doubtsSchema } from "./doubts.js";

const labelSchema = z.object({ name: z.string(), version: versionSchema });

const concernSchema = z
  .enum(["unknown", "gated", "non-commercial"] satisfies LicenceConcern[])
  .describe("Why somebody should read the licence first; absent where nothing is known against it.");

/** A version as listed; also of `thaw models alias`. */
export const modelSchema = z.object({
  ...labelSchema.shape,
  aliases: z.array(z.string()).describe("Sorted."),
  inUse: z
    .array(z.object({ alias: z.string(), since: timeSchema }))
    .exactOptional()
    .describe("The same with the time since when each means it; absent without any."),
  runId: z.string(),
  createdAt: timeSchema,
  base: z.string(),
  licence: z.string().exactOptional().describe("Of the base, which binds the model."),
  licenceConcern: concernSchema.exactOptional(),
  classes: z.array(z.string()),
  testAccuracy: shareSchema.describe("In [0, 1], on the held-out images."),
  folds: foldsInBriefSchema.exactOptional(),
  warnings: warningsSchema.exactOptional().describe("Of the run that registered it, the strongest first."),
});

export const modelsSchema = z.object({
  models: z.array(modelSchema).describe("By name, the newest version first."),
  damaged: damagedSchema.exactOptional().describe("Absent when every record could be read."),
});

/** Of `thaw models unalias`. */
export const unaliasSchema = z.object({ model: z.string(), alias: z.string() });

/** Of `thaw promote` and `thaw rollback`. */
export const movedAliasSchema = z.object({
  model: z.string(),
  alias: z.string(),
  decision: aliasDecisionSchema.describe("The newest entry of the alias' log."),
  added: z.boolean().describe("False where the alias meant that version already."),
  warnings: doubtsSchema,
});

/** Of `thaw models history`. */
export const modelHistorySchema = z.object({
  model: z.string(),
  aliases: z
    .array(z.object({ alias: z.string(), log: z.array(aliasDecisionSchema).describe("Oldest first.") }))
    .describe("That the model has or had, by name."),
  depths: z
    .array(z.object({ version: versionSchema, ...depthDecisionShape }))
    .exactOptional()
    .describe("How deep the versions in the logs were trained, by version; of those that say so."),
  damaged: damagedSchema.exactOptional().describe("Absent when every entry could be read."),
});

/** Of `thaw models ticks`. */
export const ticksSchema = z.object({
  ticks: z.array(tickSchema).describe("The newest first."),
  damaged: damagedSchema.exactOptional().describe("Absent when every record could be read."),
});

/** Of `thaw approvals`. */
export const approvalsSchema = z.object({
  approvals: z.array(approvalSchema).describe("That wait for a person, the longest waiting first."),
  damaged: damagedSchema.exactOptional().describe("Absent when every record could be read."),
});

/** Of `thaw retrain --detach`. */
export const startedRetrainingSchema = z.object({
  workflowId: z.string(),
  url: z.string().exactOptional().describe("In the Temporal UI, where that is known."),
  missingAttributes: missingAttributesSchema,
  warnings: forewarningsSchema,
});

/** How images become the input. */
const inputShape = {
  inputSize: countSchema,
  preprocessing: pixelScaleSchema.extend({
    scale: z
      .enum(["imagenet", "0..1", "-1..1", "0..255", "-1024..1024"] satisfies PixelScaleName[])
      .exactOptional()
      .describe("What `--scale` calls `mean` and `deviation`, where it has a name for them."),
    channels: z.literal("RGB").describe("What the network is given, whatever it was trained on."),
    kernel: z.enum(["cubic", "linear"]),
    cropFraction: z.number().describe("Share of the resized image's side that the centre crop keeps."),
  }),
};

/** A base as listed; also of `thaw bases add`. */
export const baseSchema = z.object({
  ...inputShape,
  name: z.string().describe("For `base` of a run file."),
  origin: z.enum(["catalogue", "added"]),
  version: versionSchema.exactOptional().describe("The newest version of an added base."),
  architecture: z.string(),
  pretrainedOn: z.string(),
  source: z.string(),
  licence: z.string(),
  sha256: digestSchema.describe("Of the checkpoint file."),
  known: z.string().exactOptional().describe("Its name in the catalogue of published checkpoints."),
  trainedOn: z
    .enum(["RGB", "BGR", "grey", "bands"])
    .exactOptional()
    .describe(
      "Channels of an added base's pretraining; its first kernel was changed where not RGB. Of `bands`, another number of channels, `weights` says which are red, green and blue.",
    ),
  guessed: z
    .array(z.enum(["scale", "size", "crop"]))
    .exactOptional()
    .describe(
      "What of the input is the architecture's own, or what a graph makes likely, as nobody stated another; absent without any.",
    ),
  weights: takenWeightsSchema
    .exactOptional()
    .describe(
      "Which network of the file was taken, and what else it holds; absent where it holds one plain one.",
    ),
  extractor: extractorSchema
    .exactOptional()
    .describe("Of a layers model: the length of its features, and the layer that they come from."),
  network: networkSchema
    .exactOptional()
    .describe(
      "Of a network that was read from an ONNX file as a graph: where its features are, and its cost.",
    ),
  outdated: z
    .string()
    .exactOptional()
    .describe("What is wrong with an added base by what thaw knows today, and what to do."),
  domain: z.string().exactOptional().describe("Of thaw's own bases, like what follows: kind of images."),
  classes: countSchema.exactOptional(),
  imagenetTop1: z.number().exactOptional().describe("Accuracy in [0, 1] on ImageNet."),
  imagenetTop1Source: z.string().exactOptional().describe("Who says so."),
});

export const architectureSchema = z.object({ ...inputShape, name: z.string().describe("For `--arch`.") });

export const basesSchema = z.object({
  bases: z.array(baseSchema).describe("thaw's own first, then those that were added, by name."),
  architectures: z
    .array(architectureSchema)
    .describe("Architectures that thaw has no weights for: `thaw bases add` takes a checkpoint of theirs."),
  leftOut: z
    .string()
    .exactOptional()
    .describe("Why those that were added are not among them: the store is not there."),
  damaged: damagedSchema.exactOptional().describe("Absent when every record could be read."),
});

const knownBaseSchema = z.object({
  name: z.string().describe("For `thaw bases add`."),
  architecture: z.string(),
  domain: z.string().describe("Kind of images that it was pretrained on."),
  pretrainedOn: z.string(),
  classes: countSchema.exactOptional().describe("Absent where it was pretrained without any."),
  licence: z.string(),
  concern: concernSchema.exactOptional(),
  source: z.string(),
  url: z.string().exactOptional().describe("Absent where its publisher has no address that thaw could ask."),
  sha256: z.string().exactOptional().describe("Of the file, or its first digits; absent where nobody tells."),
  note: z.string().exactOptional(),
});

/** Of `thaw bases search`. */
export const knownBasesSchema = z.object({ known: z.array(knownBaseSchema).describe("By publisher.") });

/** Of `thaw bases remove`. */
export const removedBaseSchema = z.object({
  name: z.string(),
  versions: z.array(versionSchema).describe("All that it had, ascending."),
});

export const exportSchema = z.object({
  model: labelSchema,
  format: z.enum(EXPORT_FORMATS),
  folder: z.string().describe("Absolute path."),
  files: z.array(z.object({ name: z.string(), bytes: countSchema, digest: digestSchema })),
  warnings: doubtsSchema,
});

const filePredictionSchema = z.object({
  path: z.string(),
  label: z.string().exactOptional(),
  confidence: z.number().exactOptional().describe("Probability of the label, in [0, 1]."),
  probabilities: z
    .record(z.string(), z.number())
    .exactOptional()
    .describe("Of each class, in the order of the model's classes."),
  set: z
    .array(z.string())
    .exactOptional()
    .describe(
      "The classes that cannot be ruled out, at 90 %; absent when the model has too few validation images for it.",
    ),
  familiarity: z
    .object({
      pValue: z
        .number()
        .describe("Share of images like the held-out ones that are as far or farther from them, in (0, 1]."),
      unlike: z
        .boolean()
        .describe(
          "Whether the image is unlike the held-out ones: so is one in a hundred that is like them, or one of as many as were held out and one more.",
        ),
    })
    .exactOptional()
    .describe(
      "Absent with fewer than 19 held-out images, and of models that were evaluated before thaw kept them.",
    ),
  leftOut: z
    .object({
      pages: countSchema
        .exactOptional()
        .describe("Pages of a TIFF or frames of an animation, of which the first was used; more than one."),
      transparent: z
        .literal(true)
        .exactOptional()
        .describe("A background was put behind pixels that are not wholly opaque."),
    })
    .exactOptional()
    .describe("What the file holds and the network was not shown; absent where that is nothing."),
  error: z.string().exactOptional().describe("Why the file cannot be read; then there is nothing else."),
});

export const predictSchema = z.object({
  model: labelSchema,
  predictions: z.array(filePredictionSchema).describe("In the order of the files."),
  warnings: doubtsSchema,
});

/** Of `thaw notifications test`. */
export const deliveriesSchema = z.object({
  deliveries: z
    .array(
      schemaOf<Delivery>()(
        z.object({
          endpoint: z.string(),
          delivered: z.boolean().describe("Whether the endpoint answered with a status of 200 to 299."),
          sentence: z.string().describe("What it answered, or why it was not told."),
        }),
      ),
    )
    .describe("One of each endpoint."),
});

/** JSON of `thaw diff`. */
import { z } from "zod";
import { SPLITS } from "../../records/dataset.js";
import { LEAST_IMAGES } from "../../records/proof.js";
import { countSchema, digestSchema, listedSchema, shareSchema, versionSchema } from "../parts.js";
import { depthDecisionSchema } from "../records/depth.js";
import { warningsSchema } from "../records/warning.js";
import { compareSchema } from "./compare.js";

const splitSchema = z.enum(SPLITS);

const imageSchema = z.object({
  path: z.string().describe("Within the images of its side."),
  sha256: digestSchema,
  label: z.string(),
  split: splitSchema,
});

const dataSchema = z.object({
  images: z.object({ a: countSchema, b: countSchema }),
  same: countSchema.describe(
    "In both, with the same label in the same split: by content, whatever the files' names.",
  ),
  added: listedSchema(imageSchema).describe("In B alone; the first by path are named, as below."),
  removed: listedSchema(imageSchema),
  relabelled: listedSchema(imageSchema.extend({ from: z.string().describe("Its label in A.") })),
  moved: z
    .array(z.object({ from: splitSchema, to: splitSchema, images: countSchema }))
    .describe("In both, in another split; the most first."),
  classes: z
    .array(
      z.object({
        name: z.string(),
        a: countSchema.describe("Images of the class in A."),
        b: countSchema,
        added: countSchema,
        removed: countSchema,
        gained: countSchema.describe("That had another label in A."),
        lost: countSchema.describe("That have another label in B."),
      }),
    )
    .describe("By name."),
});

const valueSchema = z.object({
  key: z
    .string()
    .describe("Path in the run file, `head.epochs`; or `STAGE: KEY`, where a stage differs from it."),
  a: z.unknown().exactOptional().describe("Absent where A has no such key."),
  b: z.unknown().exactOptional(),
});

const sideSchema = z.object({
  runId: z.string(),
  model: z.string(),
  version: versionSchema,
  accuracy: shareSchema.describe("On all of its own test images."),
  testImages: countSchema,
  depth: depthDecisionSchema
    .exactOptional()
    .describe("How deep the retraining trained that made the version; absent where none said so."),
  weightsBytes: countSchema.describe("Of what training changed; the rest is the base's checkpoint."),
  trainingSeconds: z
    .number()
    .describe("Of head and unfreezing; of artifacts that other runs had made, what they took then."),
  seconds: z.number().describe("Of all stages, likewise."),
  epochs: countSchema,
  secondsPerEpoch: z.number().exactOptional(),
  engines: z
    .array(z.string())
    .describe("TensorFlow builds and what the workers had: times compare only where these agree."),
  from: z
    .object({
      base: z.string(),
      checkpoint: digestSchema.exactOptional().describe("Of the file at the bottom of it."),
    })
    .exactOptional(),
});

const { paired, onlyTestOf, labelledOtherwise } = compareSchema.shape;

export const diffSchema = z.object({
  a: sideSchema,
  b: sideSchema,
  data: dataSchema,
  parameters: z
    .array(valueSchema)
    .describe("Values that differ, by key; the section `model` is no part of a run."),
  code: z.array(valueSchema).describe("Stages whose code has another version."),
  ...{ paired, onlyTestOf, labelledOtherwise },
  classes: z
    .array(
      z.object({
        name: z.string(),
        images: countSchema.describe("That both held out, with this label."),
        a: shareSchema.describe("Recall on them."),
        b: shareSchema,
        onlyA: countSchema.describe("Images that only A gets right."),
        onlyB: countSchema,
        pValue: z
          .number()
          .describe("Of McNemar's exact test, two-sided, adjusted for the number of classes (Holm)."),
        verdict: z.enum(["a-better", "b-better", "not-proven", "cannot-say"]),
      }),
    )
    .describe(`With fewer than ${LEAST_IMAGES} images: cannot-say.`),
  warnings: z.object({
    added: warningsSchema.describe("Of B, that A does not have."),
    gone: warningsSchema,
  }),
});

/** JSON of `thaw compare`. */
import { z } from "zod";
import { countSchema, intervalSchema, shareSchema, versionSchema } from "../parts.js";
import { foldsInBriefSchema } from "../records/folds.js";
import { warningsSchema } from "../records/warning.js";

const sideSchema = z.object({
  runId: z.string(),
  model: z.string(),
  version: versionSchema,
  classes: countSchema,
  testImages: countSchema,
  accuracy: shareSchema,
  accuracyInterval: intervalSchema,
  balancedAccuracy: shareSchema,
  macroF1: shareSchema,
  loss: z.number().describe("Mean cross-entropy in nats, of calibrated probabilities where there are such."),
  calibrationError: shareSchema.exactOptional().describe("Expected calibration error."),
  macroAuc: shareSchema.exactOptional(),
  folds: foldsInBriefSchema.exactOptional(),
  warnings: warningsSchema.exactOptional(),
});

export const compareSchema = z.object({
  a: sideSchema,
  b: sideSchema,
  paired: z
    .object({
      images: countSchema.describe("Files with equal bytes and the same label that both held out."),
      accuracyA: shareSchema,
      accuracyB: shareSchema,
      onlyA: countSchema.describe("Images that only A gets right."),
      onlyB: countSchema,
      pValue: z
        .number()
        .describe(
          "Of McNemar's exact test, two-sided; where images share groups, of the sign-flip test of the groups.",
        ),
      groups: countSchema
        .exactOptional()
        .describe("Groups that the images come in. Absent where each is one of its own."),
      better: z.enum(["a", "b"]).exactOptional().describe("Where p is below 0.05."),
    })
    .exactOptional()
    .describe("Absent where no image was held out by both: then the figures are of different images."),
  onlyTestOf: z
    .object({ a: countSchema, b: countSchema })
    .describe("Test images that the other one did not hold out."),
  labelledOtherwise: countSchema.describe("Images that both held out, with different labels: left out."),
});

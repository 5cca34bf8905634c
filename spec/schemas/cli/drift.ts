/** JSON of `thaw drift`. */
import { z } from "zod";
import { DRIFT_KINDS, DRIFT_VERDICTS, type DriftReport } from "../../records/drift.js";
import { schemaOf } from "../exact.js";
import { countSchema, listedSchema, shareSchema, versionSchema } from "../parts.js";

const pSchema = z.number().describe("p, in [0, 1].");

/** The answer of an engine's `drift` job. */
export const driftReportSchema = schemaOf<DriftReport>()(
  z.object({
    verdict: z.enum(DRIFT_VERDICTS),
    kind: z
      .enum(DRIFT_KINDS)
      .describe("What differs: nothing provably, the pictures, the shares of the classes, or both."),
    sentence: z.string(),
    level: shareSchema.describe("Probability that anything is said to differ where nothing does."),
    test: z
      .object({
        auc: shareSchema.describe("0.5: a classifier does not tell new from held-out images; 1: always."),
        pValue: pSchema,
        pWithinClasses: pSchema.describe("What other shares of the predicted classes do not explain."),
      })
      .exactOptional()
      .describe("Absent, like what follows, with too few images."),
    sharesPValue: z.number().exactOptional().describe("Of the shares of the predicted classes."),
    outputs: z
      .array(
        z.object({
          name: z.string(),
          distance: shareSchema.describe("Kolmogorov–Smirnov distance of the class' probabilities."),
          pValue: pSchema.describe("Exact, adjusted for the number of classes (Holm)."),
          heldOutShare: shareSchema.describe("Of the images predicted as the class."),
          newShare: shareSchema,
          sharePValue: pSchema.describe("Of Fisher's exact test of the shares, adjusted likewise."),
        }),
      )
      .exactOptional(),
    accuracy: z.object({
      heldOut: shareSchema.describe("Of the held-out images that were compared."),
      estimates: z
        .array(
          z.object({
            method: z.enum(["confidence", "threshold"]),
            accuracy: shareSchema,
            error: shareSchema.describe("95 % of halvings of the held-out images were off by no more."),
          }),
        )
        .exactOptional()
        .describe("On the new images, without labels; absent where no estimate holds."),
      unknown: z.string().exactOptional().describe("Why there is no estimate."),
    }),
    properties: z
      .array(
        z.object({
          name: z.string(),
          effect: shareSchema.describe("0: equally distributed, 1: nothing in common."),
          pValue: pSchema.describe("Adjusted for the number of properties (Holm)."),
          sentence: z.string(),
        }),
      )
      .describe("Of files and pixels, that differ provably; the most differing first."),
    distance: z
      .number()
      .exactOptional()
      .describe(
        "Median, to the nearest held-out image; 1 is as near as held-out images are. No measure of accuracy.",
      ),
    newest: z
      .array(
        z.object({
          path: z.string(),
          predicted: z.string(),
          confidence: shareSchema,
          distance: z.number().describe("As above, of the image."),
        }),
      )
      .describe("The newest-looking images, first the newest; none where nothing differs."),
    images: z.object({
      found: countSchema,
      read: countSchema.describe("Of very many a sample is read."),
      unreadable: listedSchema(z.object({ path: z.string(), error: z.string() })),
      known: countSchema.describe("The model's data set has them, or copies; they are left out."),
      copies: countSchema.describe("Further copies of new images; they are left out."),
      compared: countSchema,
      heldOut: countSchema,
    }),
  }),
);

export const driftSchema = driftReportSchema.extend({
  model: z.object({ name: z.string(), version: versionSchema }),
});

/** Schemas of `spec/records/resemblance.ts`. */
import { z } from "zod";
import type { Resemblance, ResemblanceInBrief } from "../../records/resemblance.js";
import { schemaOf } from "../exact.js";
import { countSchema, intervalSchema } from "../parts.js";

const briefShape = { verdict: z.enum(["alike", "differs", "unknown"]), sentence: z.string() };

export const resemblanceInBriefSchema = schemaOf<ResemblanceInBrief>()(
  z
    .object(briefShape)
    .describe(
      "Whether validation and test images are alike. Absent in what older versions of thaw have written.",
    ),
);

export const resemblanceSchema = schemaOf<Resemblance>()(
  z.object({
    ...briefShape,
    accuracy: z.object({
      validation: z.number(),
      test: z.number(),
      validationImages: countSchema,
      testImages: countSchema,
      interval: intervalSchema,
      differs: z.boolean(),
    }),
    pictures: z
      .object({
        validationImages: countSchema,
        testImages: countSchema,
        coefficient: z.number(),
        expected: z.number(),
        pValue: z.number(),
        differs: z.boolean(),
      })
      .exactOptional(),
  }),
);

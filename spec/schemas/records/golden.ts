/** Schemas of `spec/golden.ts`. */
import { z } from "zod";
import { COLDEST, type Golden, HOTTEST, type ModelGolden } from "../../golden.js";
import { schemaOf } from "../exact.js";

const goldenShape = {
  picture: z.int().min(1),
  device: z.enum(["cpu", "gpu"]),
  scale: z.number().min(0),
  features: z.array(z.number()).min(1),
};

export const goldenSchema = schemaOf<Golden>()(z.object(goldenShape));

export const modelGoldenSchema = schemaOf<ModelGolden>()(
  z.object({ ...goldenShape, probabilities: z.array(z.number().min(0).max(1)) }),
);

/** The search ends at a bound but for the rounding of its logarithm. */
const SLACK = 1.001;

export const temperatureSchema = z
  .number()
  .min(COLDEST / SLACK)
  .max(HOTTEST * SLACK);

/** Every class once. */
export const classesSchema = z
  .array(z.string())
  .refine((classes) => new Set(classes).size === classes.length, "a class is named twice");

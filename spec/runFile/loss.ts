/** The run file's section `loss`: what training minimizes, and which of it stands in the keys of artifacts. */
import { z } from "zod";

export const lossSchema = z
  .strictObject({
    kind: z
      .enum(["cross-entropy", "focal"])
      .default("cross-entropy")
      .describe("Focal loss gives images that are already classified well less weight."),
    gamma: z
      .number()
      .min(0)
      .max(5)
      .default(2)
      .describe("How strongly focal loss does so; at 0 it is cross-entropy."),
    class_weights: z
      .enum(["none", "balanced"])
      .default("none")
      .describe("Balanced: every class counts the same in training, however few images it has."),
  })
  .describe("What the head, the stages of unfreezing and the comparison from random weights minimize.");

export type LossSpec = z.output<typeof lossSchema>;

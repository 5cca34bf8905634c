/** The run file's `unfreeze.gate`: when a stage of unfreezing is kept. */
import { z } from "zod";
import { DEFAULT_GATE } from "./identities.js";

/** Names are part of the run file. */
const GATE_RULES = ["calibrated-loss", "accuracy", "always"] as const;

export const gateSchema = z
  .strictObject({
    level: z
      .number()
      .gt(0)
      .max(0.5)
      .default(DEFAULT_GATE.level)
      .describe(
        "Chance that a stage that changes nothing passes the rule's test; lower is stricter, and rolls more stages back that would have helped.",
      ),
    rule: z
      .enum(GATE_RULES)
      .default(DEFAULT_GATE.rule)
      .describe(
        "calibrated-loss: the loss of the validation images, at each network's own temperature, fell by a one-sided sign-flip test, and accuracy did not fall; " +
          "or accuracy rose (McNemar's test at 0.05). accuracy: it rose by McNemar's test at the level. always: every stage is kept.",
      ),
  })
  .describe("When a stage is kept: by a paired test of the same validation images before and after it.");

export type GateSpec = z.output<typeof gateSchema>;

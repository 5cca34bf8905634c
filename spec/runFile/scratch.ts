/** What a run file says of the room for activations: `scratch.budget`. */
import { z } from "zod";
import { MOST_TERABYTES } from "./bounds.js";

const UNITS = { MB: 1e6, GB: 1e9, TB: 1e12 } as const;
const BUDGET = /^(\d+(?:\.\d+)?) ?(MB|GB|TB|%)$/;

export const scratchSchema = z
  .strictObject({
    budget: z
      .string()
      .regex(/^(auto|\d+(\.\d+)? ?(MB|GB|TB|%))$/, "use auto, a size such as 20GB, or a share such as 30%")
      .refine((text) => !text.endsWith("%") || Number.parseFloat(text) <= 100, "a share is at most 100%")
      .refine((text) => {
        const asked = askedBudget(text);
        return asked === undefined || !("bytes" in asked) || asked.bytes <= MOST_TERABYTES * UNITS.TB;
      }, `no disk has more than ${MOST_TERABYTES} TB`)
      .default("auto")
      .describe(
        "How much the activations of all runs may take of a training worker's disk: a size, or a share of what they take and what is free; auto: a fifth, at most 20 GB. What does not fit is computed again in every epoch, to the same bits.",
      )
      .meta({ examples: ["auto", "20GB", "30%"] }),
  })
  .describe(
    "Activations of the frozen layers, kept on the worker's disk for the stages that train. It changes no number.",
  );

/** A budget as it was asked for: bytes, or a share of what there is. */
export type AskedBudget = { readonly bytes: number } | { readonly share: number };

/** @param budget as {@link scratchSchema} allows it; absent in run files of older clients @returns undefined for `auto` */
export function askedBudget(budget: string | undefined): AskedBudget | undefined {
  const [, number, unit] = BUDGET.exec(budget ?? "auto") ?? [];
  if (number === undefined || unit === undefined) return undefined;
  if (unit === "%") return { share: Number(number) / 100 };
  return { bytes: Number(number) * UNITS[unit as keyof typeof UNITS] };
}

/** The file of figures that thaw and its rivals append to, and what can be said of them by set. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { overFolds } from "../../learn/folds/statistics.js";
import type { FoldFigure } from "../../spec/records/folds.js";
import { mean, median } from "../support.js";

const resultSchema = z.object({
  who: z.string(),
  set: z.string(),
  seed: z.number(),
  /** Test accuracy in [0, 1] with the base still frozen, where the recipe stops there. */
  frozen: z.number().optional(),
  /** Test accuracy in [0, 1] at the end. */
  accuracy: z.number(),
  /** From decoded images to trained weights, without the evaluation. */
  seconds: z.number(),
  /** The same in processor time of all threads: on a busy machine the fairer figure. */
  processorSeconds: z.number().optional(),
  /** What became of each stage of unfreezing. */
  stages: z.array(z.string()).optional(),
});
export type Result = z.infer<typeof resultSchema>;

export async function readResults(path: string): Promise<Result[]> {
  const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
  return lines.map((line) => resultSchema.parse(JSON.parse(line)));
}

/** One rival on one set. */
export interface Standing {
  readonly who: string;
  readonly accuracies: readonly number[];
  readonly mean: number;
  readonly medianSeconds: number;
  /** Of the runs that measured it; not a number if none did. */
  readonly medianProcessorSeconds: number;
  /**
   * thaw's accuracy less the rival's, seed by seed: mean, and a 95 % interval that takes the seeds for folds, because they
   * share images as folds do.
   */
  readonly ahead: Pick<FoldFigure, "mean" | "interval">;
}

/**
 * Compares on the seeds that everyone has finished. A seed measured twice counts with the later figure.
 * @returns undefined when there is none
 */
export function standings(
  results: readonly Result[],
  set: string,
): { readonly seeds: readonly number[]; readonly rows: readonly Standing[] } | undefined {
  const byWho = new Map<string, Map<number, Result>>();
  for (const result of results.filter((each) => each.set === set)) {
    const own = byWho.get(result.who) ?? new Map<number, Result>();
    byWho.set(result.who, own.set(result.seed, result));
  }
  const ours = byWho.get("thaw");
  const seeds = [...(ours?.keys() ?? [])]
    .filter((seed) => [...byWho.values()].every((own) => own.has(seed)))
    .sort((a, b) => a - b);
  if (ours === undefined || seeds.length === 0) return undefined;
  const rows = [...byWho].map(([who, own]): Standing => {
    const finished = seeds.map((seed) => own.get(seed) as Result);
    const accuracies = finished.map(({ accuracy }) => accuracy);
    const differences = seeds.map(
      (seed, i) => (ours.get(seed) as Result).accuracy - (accuracies[i] as number),
    );
    return {
      who,
      accuracies,
      mean: mean(accuracies),
      medianSeconds: median(finished.map(({ seconds }) => seconds)),
      medianProcessorSeconds: median(finished.flatMap(({ processorSeconds = [] }) => processorSeconds)),
      ahead: overFolds(differences, [-1, 1]),
    };
  });
  return { seeds, rows };
}

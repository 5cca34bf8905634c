/** A candidate of `bases` as it was measured, and what is asked of two of them. */
import { randomStream } from "../../../rng/stream.js";
import type { BaseCost } from "../../../spec/records/baseComparison.js";
import type { DomainVerdict, RecipeEvidence } from "../../../spec/records/recipe.js";
import { pairedChange } from "../../evidence/byGroup.js";

/** A candidate with the probe's prediction of every image; all candidates' images are the same, in one order. */
export interface MeasuredBase {
  readonly name: string;
  readonly evidence: RecipeEvidence;
  /** There where `evidence.domain` is. */
  readonly verdict?: DomainVerdict["verdict"];
  /** Of the stage that computed the features; absent where all were copied. */
  readonly secondsPerView?: number;
  readonly cost: BaseCost;
  readonly correct: readonly boolean[];
  /** Of each image the group it is in. */
  readonly groups: readonly string[];
}

/** Whether it was tuned with some of the images. */
export const knows = ({ evidence }: MeasuredBase): boolean => (evidence.known ?? 0) > 0;

/** That chance alone makes the first so much better than the second. */
export function chanceOf(best: MeasuredBase, other: MeasuredBase): number {
  const signs = randomStream(0, "comparison of bases");
  return pairedChange(other.correct, best.correct, best.groups, signs).rose;
}

/** How many times the multiply-adds of the second the first has; `NaN` where one of them is not known. */
export const timesTheWork = (dear: MeasuredBase, cheap: MeasuredBase): number =>
  (dear.cost.multiplyAdds ?? Number.NaN) / (cheap.cost.multiplyAdds ?? Number.NaN);

/** Two sets of answers to the same questions, held against each other. */
import { randomStream } from "../../rng/stream.js";
import { pairedChange, twoSided } from "../evidence/byGroup.js";

export interface PairedTest {
  readonly onlyA: number;
  readonly onlyB: number;
  /**
   * Of McNemar's exact test (Psychometrika 1947), two-sided, or of the sign-flip test of the groups where images share
   * them: 1 where nothing speaks for either.
   */
  readonly pValue: number;
}

/**
 * @param pairs of the same images: whether A is right, and whether B is
 * @param groups of each image the group it is in: images of one group are no independent witnesses
 */
export function pairedTest(
  pairs: readonly (readonly [a: boolean, b: boolean])[],
  groups: readonly string[],
): PairedTest {
  const side = (which: 0 | 1): boolean[] => pairs.map((pair) => pair[which]);
  const change = pairedChange(side(0), side(1), groups, randomStream(0, "paired test"));
  return { onlyA: change.worse, onlyB: change.better, pValue: twoSided(change) };
}

/** Two sets of answers to the same questions, held against each other. */
import { binomialTail } from "../evidence/gate.js";

export interface PairedTest {
  readonly onlyA: number;
  readonly onlyB: number;
  /** Of McNemar's exact test (Psychometrika 1947), two-sided: 1 where nothing speaks for either. */
  readonly pValue: number;
}

/** @param pairs of the same images: whether A is right, and whether B is */
export function pairedTest(pairs: readonly (readonly [a: boolean, b: boolean])[]): PairedTest {
  const onlyA = pairs.filter(([a, b]) => a && !b).length;
  const onlyB = pairs.filter(([a, b]) => b && !a).length;
  const tail = binomialTail(Math.max(onlyA, onlyB), onlyA + onlyB);
  return { onlyA, onlyB, pValue: Math.min(1, 2 * tail) };
}

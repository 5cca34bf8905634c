/** Permutations of who belongs to which of two samples. */
import type { RandomStream } from "../../rng/stream.js";

/** p is at least 0.001. */
export const PERMUTATIONS = 999;
/** Two sums of the same numbers in another order may differ so much. */
const TOLERANCE = 1e-12;

/** The stream as a generator: every call of `word` gives its next one. */
export function consecutive(stream: RandomStream): () => number {
  let index = 0;
  return () => stream.word(index++);
}

/**
 * The membership dealt out anew {@link PERMUTATIONS} times, within each stratum: how many of a stratum belong to the
 * second sample stays.
 * @param strata of each row; all alike where everybody may change with everybody
 */
export function* permuted(
  second: readonly boolean[],
  strata: readonly number[],
  next: () => number,
): Generator<readonly boolean[]> {
  const groups = new Map<number, number[]>();
  strata.forEach((stratum, row) => {
    const own = groups.get(stratum);
    if (own === undefined) groups.set(stratum, [row]);
    else own.push(row);
  });
  const dealt = [...second];
  for (let draw = 0; draw < PERMUTATIONS; draw++) {
    for (const rows of groups.values()) {
      for (let i = rows.length - 1; i > 0; i--) {
        const a = rows[i] as number;
        const b = rows[next() % (i + 1)] as number;
        const swapped = dealt[a] as boolean;
        dealt[a] = dealt[b] as boolean;
        dealt[b] = swapped;
      }
    }
    yield dealt;
  }
}

/** Valid at every number of permutations (Phipson & Smyth, "Permutation p-values should never be zero", 2010). */
export function permutationP(
  statistic: (second: readonly boolean[]) => number,
  second: readonly boolean[],
  strata: readonly number[],
  next: () => number,
): number {
  const observed = statistic(second);
  let above = 1;
  for (const dealt of permuted(second, strata, next)) {
    if (statistic(dealt) >= observed - TOLERANCE * Math.abs(observed)) above++;
  }
  return above / (1 + PERMUTATIONS);
}

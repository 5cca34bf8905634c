/** Several tests at once. */

/**
 * Adjusted p-values (Holm, Scandinavian Journal of Statistics 1979): the probability that any of the tests whose hypotheses
 * hold has a smaller one is at most that, whatever the tests have to do with each other.
 * @returns in the order of the given ones, each in [0, 1]
 */
export function holm(pValues: readonly number[]): readonly number[] {
  const adjusted = new Array<number>(pValues.length).fill(1);
  const rising = pValues.map((p, index) => [p, index] as const).sort(([p], [q]) => p - q);
  let largest = 0;
  for (const [rank, [p, index]] of rising.entries()) {
    largest = Math.min(1, Math.max(largest, (pValues.length - rank) * p));
    adjusted[index] = largest;
  }
  return adjusted;
}

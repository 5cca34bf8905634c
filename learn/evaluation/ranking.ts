/** How well a score ranks the images of a class before the others, at every threshold at once. */

interface Step {
  /** Images of the class, and others, that share a score. */
  readonly positives: number;
  readonly negatives: number;
}

/**
 * Area under the ROC curve: the probability that an image of the class scores above another one, ties counted
 * half (the Mann–Whitney statistic; Hanley & McNeil, Radiology 1982).
 * @returns undefined unless there are images of the class and others
 */
export function rocAuc(scores: readonly number[], positive: readonly boolean[]): number | undefined {
  let wins = 0;
  let found = 0;
  let others = 0;
  for (const { positives, negatives } of stepsDown(scores, positive)) {
    wins += negatives * (found + positives / 2);
    found += positives;
    others += negatives;
  }
  return found === 0 || others === 0 ? undefined : wins / (found * others);
}

/**
 * Average precision: precision at every threshold, weighted by the recall that it adds, without interpolation,
 * as scikit-learn defines it.
 * @returns undefined without images of the class
 */
export function averagePrecision(
  scores: readonly number[],
  positive: readonly boolean[],
): number | undefined {
  let sum = 0;
  let found = 0;
  let taken = 0;
  for (const { positives, negatives } of stepsDown(scores, positive)) {
    found += positives;
    taken += positives + negatives;
    sum += (positives * found) / taken;
  }
  return found === 0 ? undefined : sum / found;
}

/** Groups of equal scores, the highest first. */
function stepsDown(scores: readonly number[], positive: readonly boolean[]): Step[] {
  const order = scores.map((_, index) => index).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  const steps: { score: number; positives: number; negatives: number }[] = [];
  for (const index of order) {
    const score = scores[index] ?? 0;
    let step = steps.at(-1);
    if (step?.score !== score) {
      step = { score, positives: 0, negatives: 0 };
      steps.push(step);
    }
    if (positive[index] === true) step.positives++;
    else step.negatives++;
  }
  return steps;
}

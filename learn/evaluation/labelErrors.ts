/** Images whose label is probably wrong, by confident learning. */

export interface LabelSuspect {
  /** Row of the image. */
  readonly row: number;
  /** The class that the model is confident of instead. */
  readonly suggested: number;
  /** Normalized margin in [0, 1]: `(p(given label) - largest other p + 1) / 2`; the smaller, the more suspicious. */
  readonly margin: number;
}

/** What cleanlab allows for rounding where two probabilities, or one and a threshold, are compared. */
const ROUNDING = 1e-6;

/**
 * Confident learning (Northcutt, Jiang, Chuang: "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR
 * 70, 2021), method 2 "C_confusion's confident joint": an image belongs confidently to a class whose probability is
 * at least the mean of that class's probability over the images that carry its label; of several such classes the
 * most probable counts. Suspects are the off-diagonals of the confident joint, less those whose own label is the most
 * probable anyway. The same as cleanlab's `find_label_issues(filter_by="confident_learning",
 * return_indices_ranked_by="normalized_margin")`.
 * @param probabilities `[images, classes]`, from a model that was not fitted to these images
 * @param labels the given class of each image
 * @returns the most suspicious first; equal ones in the order of the rows
 */
export function labelSuspects(
  probabilities: Float32Array,
  labels: readonly number[],
  classes: number,
): LabelSuspect[] {
  const at = (row: number, label: number): number => probabilities[row * classes + label] ?? 0;
  const thresholds = confidentThresholds(at, labels, classes);
  const suspects = labels.flatMap((given, row): LabelSuspect[] => {
    let confident: number | undefined;
    let other = Number.NEGATIVE_INFINITY;
    for (let label = 0; label < classes; label++) {
      const p = at(row, label);
      if (label !== given) other = Math.max(other, p);
      const isConfident = p >= (thresholds[label] as number) - ROUNDING;
      if (isConfident && (confident === undefined || p > at(row, confident))) confident = label;
    }
    const own = at(row, given);
    if (confident === undefined || confident === given || own + ROUNDING >= other) return [];
    return [{ row, suggested: confident, margin: (own - other + 1) / 2 }];
  });
  return suspects.sort((a, b) => a.margin - b.margin || a.row - b.row);
}

/** Mean probability of each class over the images of its label; of a class without images none is confident. */
function confidentThresholds(
  at: (row: number, label: number) => number,
  labels: readonly number[],
  classes: number,
): Float64Array {
  const sums = new Float64Array(classes);
  const sizes = new Float64Array(classes);
  labels.forEach((label, row) => {
    sums[label] = (sums[label] ?? 0) + at(row, label);
    sizes[label] = (sizes[label] ?? 0) + 1;
  });
  return sums.map((sum, label) => {
    const size = sizes[label] as number;
    return size === 0 ? Number.POSITIVE_INFINITY : Math.max(sum / size, 2 * ROUNDING);
  });
}

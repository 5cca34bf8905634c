/** How well binned columns tell one class from the others: naive Bayes on histograms, cross-validated. */
import type { BinnedColumn } from "./bins.js";

/** Added to every count of a histogram (Laplace), so that an empty bin does not decide alone. */
const SMOOTHING = 1;

/**
 * Balanced accuracy in [0, 1] of "is it of class c?" for each class: the mean of its recall and of the others'
 * recall, on the images of each fold with histograms of the other folds; 0.5 is chance. A class is recognized where
 * its histograms make an image more likely than those of all other classes together, whatever their sizes; equal
 * likelihoods count as half. The same as scikit-learn's `CategoricalNB(alpha=1, fit_prior=False)` of one class
 * against the rest, but for ties.
 * @param labels class of each image
 * @param order `order[i]` is the row of the columns that belongs to image i: shuffled for a permutation test
 * @param folds fold of each image, `0 … foldCount - 1`
 */
export function classRecognition(
  columns: readonly BinnedColumn[],
  order: Uint32Array,
  labels: Uint16Array,
  classes: number,
  folds: Uint8Array,
  foldCount: number,
): Float64Array {
  const right = new Float64Array(classes);
  const rightOthers = new Float64Array(classes);
  const sizes = new Float64Array(classes);
  for (const label of labels) sizes[label] = (sizes[label] ?? 0) + 1;
  for (let fold = 0; fold < foldCount; fold++) {
    const tables = columns.map((column) => logRatios(column, order, labels, classes, folds, fold));
    for (let image = 0; image < labels.length; image++) {
      if (folds[image] !== fold) continue;
      const row = order[image] as number;
      for (let label = 0; label < classes; label++) {
        let score = 0;
        columns.forEach(({ bins, count }, column) => {
          score += (tables[column] as Float64Array)[label * count + (bins[row] as number)] as number;
        });
        const isOf = score > TIE ? 1 : score < -TIE ? 0 : 0.5;
        if (labels[image] === label) right[label] = (right[label] as number) + isOf;
        else rightOthers[label] = (rightOthers[label] as number) + 1 - isOf;
      }
    }
  }
  return right.map((hits, label) => {
    const size = sizes[label] as number;
    return (hits / size + (rightOthers[label] as number) / (labels.length - size)) / 2;
  });
}

/** Log-likelihoods are sums of a few logarithms of order 1: closer than this is rounding. */
const TIE = 1e-12;

/** `log p(bin | class) - log p(bin | other classes)` from the images outside of `fold`, `[classes, bins]`. */
function logRatios(
  { bins, count }: BinnedColumn,
  order: Uint32Array,
  labels: Uint16Array,
  classes: number,
  folds: Uint8Array,
  fold: number,
): Float64Array {
  const own = new Float64Array(classes * count);
  const all = new Float64Array(count);
  const sizes = new Float64Array(classes);
  let total = 0;
  for (let image = 0; image < labels.length; image++) {
    if (folds[image] === fold) continue;
    const bin = bins[order[image] as number] as number;
    const label = labels[image] as number;
    own[label * count + bin] = (own[label * count + bin] as number) + 1;
    all[bin] = (all[bin] as number) + 1;
    sizes[label] = (sizes[label] as number) + 1;
    total++;
  }
  return own.map((hits, at) => {
    const size = sizes[Math.floor(at / count)] as number;
    const others = (all[at % count] as number) - hits;
    const smoothing = SMOOTHING * count;
    return (
      Math.log((hits + SMOOTHING) / (size + smoothing)) -
      Math.log((others + SMOOTHING) / (total - size + smoothing))
    );
  });
}

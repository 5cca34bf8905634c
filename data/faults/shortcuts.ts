/** Whether the files tell the classes apart by something that is not what they show. */
import { permutation, randomStream } from "../../rng/stream.js";
import type { Shortcut } from "../../spec/records/dataset.js";
import { type BinnedColumn, binColumn } from "./bins.js";
import { classRecognition } from "./histogramClassifier.js";
import { propertiesOf, type TraitedImage } from "./traits.js";

const FOLDS = 5;
/** Images looked at; the standard error of an accuracy is then below one point. */
const MOST_IMAGES = 5000;
/** Two in each fold: a class with fewer cannot be judged. */
const FEWEST_OF_A_CLASS = 10;
const CHANCE = 0.5;
/**
 * Shuffled data sets that must all be told apart worse. Of six properties that say nothing, one gets through in at
 * most 6 of 1000 data sets (Bonferroni). Measured on sets without any, 2 × 10 to 2 × 1500 images, 200 of each of 16 kinds: at most
 * 1 of 200 warned of, 5 of 3200 in all (`bench/accuracy/shortcutAlarms.ts`).
 */
const SHUFFLES = 999;
const P_VALUE = 1 / (SHUFFLES + 1);
/**
 * Balanced accuracy from which a property is worth a warning. Being significant is not enough: with thousands of
 * images everything is. Halfway between the most that any property reaches in sets whose classes have one source
 * (sign-digits 0.60, Noto emoji 0.60) and in one whose classes do not (brain-mri, aspect ratio, 0.67 to 0.72).
 */
const WORTH_SAYING = 0.65;

export type ShortcutImage = TraitedImage & { readonly label: number };

/**
 * Of the images of a group with the same label only the first counts: copies, or the slices of one patient, would
 * recognize each other by any property.
 * @returns the properties that tell a class apart significantly (permutation test with the largest of all classes as
 *   the statistic) and by a margin that matters, the strongest first
 */
export function findShortcuts<Image extends ShortcutImage>(
  images: readonly Image[],
  groupOf: (image: Image, index: number) => string,
  classes: readonly string[],
  seed: number,
): Shortcut[] {
  const { chosen, names } = independentImages(images, groupOf, classes, seed);
  if (names.length < 2) return [];
  const labelOf = new Map(names.map((label, index) => [label, index]));
  const labels = Uint16Array.from(chosen, ({ label }) => labelOf.get(label) as number);
  const folds = stratifiedFolds(labels, names.length);
  const unshuffled = Uint32Array.from(chosen.keys());
  const properties = propertiesOf(classes);
  const found = properties.flatMap(({ name, columns, explainedBy }, index): Shortcut[] => {
    const binned = columns.map((column) => binColumn(chosen.map(column)));
    if (binned.every(({ count }) => count < 2)) return [];
    const explaining = explainedBy && binColumn(chosen.map(explainedBy));
    const recognize = (own: readonly BinnedColumn[], order: Uint32Array): Float64Array =>
      classRecognition(own, order, labels, names.length, folds, FOLDS);
    const best = (order: Uint32Array): { readonly score: number; readonly label: number } => {
      const explained = explaining && recognize([explaining], order);
      const scores = recognize(binned, order).map((score, label) => {
        return score - Math.max(0, (explained?.[label] ?? CHANCE) - CHANCE);
      });
      const score = Math.max(...scores);
      return { score, label: scores.indexOf(score) };
    };
    const { score, label } = best(unshuffled);
    if (score < WORTH_SAYING) return [];
    for (let shuffle = 0; shuffle < SHUFFLES; shuffle++) {
      const order = permutation(chosen.length, randomStream(seed, "shortcuts", index, shuffle));
      // One as good is too many for the level, so there is no need to go on.
      if (best(order).score >= score) return [];
    }
    return [{ property: name, label: names[label] as number, balancedAccuracy: score, pValue: P_VALUE }];
  });
  return found.sort((a, b) => b.balancedAccuracy - a.balancedAccuracy);
}

/** One image of each group and label, of classes that have enough of them; `names` are these classes' indices. */
function independentImages<Image extends ShortcutImage>(
  images: readonly Image[],
  groupOf: (image: Image, index: number) => string,
  classes: readonly string[],
  seed: number,
): { readonly chosen: readonly Image[]; readonly names: readonly number[] } {
  // From the last to the first, so that the first one counts.
  const firsts = new Map<string, Image>();
  for (let index = images.length - 1; index >= 0; index--) {
    const image = images[index] as Image;
    firsts.set(`${image.label} ${groupOf(image, index)}`, image);
  }
  const first = [...firsts.values()];
  const order = permutation(first.length, randomStream(seed, "shortcut-images")).subarray(0, MOST_IMAGES);
  const some = Array.from(order, (index) => first[index] as Image);
  const sizes = new Map<number, number>();
  for (const { label } of some) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  const names = [...classes.keys()].filter((label) => (sizes.get(label) ?? 0) >= FEWEST_OF_A_CLASS);
  return { chosen: some.filter(({ label }) => names.includes(label)), names };
}

/** Deals the images of each class out to the folds in turn; they come in random order already. */
function stratifiedFolds(labels: Uint16Array, classes: number): Uint8Array {
  const dealt = new Uint32Array(classes);
  return Uint8Array.from(labels, (label) => {
    const turn = dealt[label] as number;
    dealt[label] = turn + 1;
    return turn % FOLDS;
  });
}

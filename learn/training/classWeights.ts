/** The loss that the run file asks for, with its weights of the classes of the training images. */
import { focalGamma } from "../../spec/runFile/identities.js";
import type { LossSpec } from "../../spec/runFile/loss.js";
import type { LossWeights } from "./step/loss.js";
import type { TrainingData } from "./step/step.js";

/** @param loss cross-entropy when left out */
export function lossWeights(
  loss: LossSpec | undefined,
  { train, labels, classes }: Pick<TrainingData, "train" | "labels" | "classes">,
): LossWeights {
  const gamma = focalGamma(loss);
  if (loss?.class_weights !== "balanced") return { gamma };
  const trained = train.map((image) => labels[image] ?? 0);
  return { gamma, classWeights: balancedWeights(trained, classes) };
}

/**
 * `n / (k · n_c)` for a class with `n_c` of `n` images, `k` being the number of classes that have any: the
 * "balanced" weights of scikit-learn (King & Zeng, "Logistic regression in rare events data", 2001). Their mean
 * over the images is 1. A class without images gets 0: only smoothed targets speak of it.
 * @param labels of the training images
 */
export function balancedWeights(labels: readonly number[], classes: number): readonly number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 0 : labels.length / (present * count)));
}

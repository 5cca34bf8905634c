/** Label suspects among images, as the recipe and the evaluation list them. */
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { LabelSuspects } from "../../spec/records/labelSuspects.js";
import { labelSuspects } from "../evaluation/labelErrors.js";
import { softmaxRows } from "../training/step/loss.js";

/** A screenful or two of pictures; the rest is counted. */
const MOST_SHOWN = 24;

/** Images of a split, as indices of the records, and the final model's logits for them, `[images, classes]`. */
export interface Judged {
  readonly images: readonly number[];
  readonly logits: Float32Array;
}

/**
 * Test images were used for nothing before, validation images for early stopping and the gates only; the weights were
 * fitted to neither, so the probabilities of both are out of sample, as confident learning needs them.
 */
export function listSuspects(
  records: readonly ImageRecord[],
  classes: number,
  judged: readonly Judged[],
): LabelSuspects {
  const images = judged.flatMap((part) => part.images.map((image) => records[image] as ImageRecord));
  const probabilities = Float32Array.from(judged.flatMap(({ logits }) => [...softmaxRows(logits, classes)]));
  return suspectsAmong(images, probabilities, classes);
}

/** @param probabilities `[images, classes]`, of a model that was not fitted to these images */
export function suspectsAmong(
  images: readonly ImageRecord[],
  probabilities: Float32Array,
  classes: number,
): LabelSuspects {
  const labels = images.map(({ label }) => label);
  const suspects = labelSuspects(probabilities, labels, classes);
  return {
    judged: images.length,
    count: suspects.length,
    shown: suspects.slice(0, MOST_SHOWN).map(({ row, suggested, margin }) => {
      const { path, label, split } = images[row] as ImageRecord;
      return { path, label, split, suggested, margin };
    }),
  };
}

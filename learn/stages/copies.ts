/** Suspected copies between the splits of a dataset, as the recipe lists them. */
import type { FaultImage, ImageRecord, Split } from "../../spec/records/dataset.js";
import type { SuspectedCopies, SuspectedPair } from "../../spec/records/suspectedCopies.js";
import { imagesOf } from "../samples/views.js";
import { type Compared, LEAST_SIMILARITY, suspectedCopies } from "../transferability/suspectedCopies.js";

/** A screenful or two of pairs; the rest is counted, and lies in the artifact's file. */
const MOST_SHOWN = 24;
/** An image of a split that judges, against those of the splits before it. */
const COMPARISONS: readonly (readonly [Split, readonly Split[]])[] = [
  ["validation", ["train"]],
  ["test", ["train", "validation"]],
];

/**
 * Looking at the features of held-out images trains nothing: no number that decides on the recipe comes from them.
 * @param featuresOf plain views of images, by their indices in `records`
 */
export function copiesAcrossSplits(
  records: readonly ImageRecord[],
  featuresOf: (images: readonly number[]) => Float32Array,
  columns: number,
): { readonly pairs: readonly SuspectedPair[]; readonly summary: SuspectedCopies } {
  const comparedOf = (images: readonly number[]): Compared => ({
    images: images.map((image) => records[image] as ImageRecord),
    features: featuresOf(images),
  });
  const named = (image: number | undefined): FaultImage => {
    const { path, label, split } = records[image ?? -1] as ImageRecord;
    return { path, label, split };
  };
  const pairs = COMPARISONS.flatMap(([split, others]) => {
    const queries = imagesOf(records, split);
    const references = others.flatMap((other) => imagesOf(records, other));
    return suspectedCopies(comparedOf(queries), comparedOf(references), columns).map(
      ({ query, reference, similarity }): SuspectedPair => ({
        image: named(queries[query]),
        nearest: named(references[reference]),
        similarity,
      }),
    );
  }).sort((a, b) => b.similarity - a.similarity);
  return {
    pairs,
    summary: {
      compared: records.filter(({ split }) => split !== "train").length,
      threshold: LEAST_SIMILARITY,
      count: pairs.length,
      shown: pairs.slice(0, MOST_SHOWN),
    },
  };
}

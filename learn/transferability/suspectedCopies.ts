/** Images of different splits that may be one picture although their perceptual hashes differ. */
import { scoped, tf } from "../engine.js";

/**
 * A pair is suspected when the cosine of the base's features is at least this…
 *
 * Measured with EfficientNet-Lite0 by `bench/accuracy/copies.ts`; see "Copies that the perceptual hash misses" in
 * `bench/README.md`.
 */
export const LEAST_SIMILARITY = 0.8;
/** …and the cosine distance at most this part of that to the next other picture (Lowe, IJCV 2004, section 7.1). */
export const MOST_RATIO = 0.6;

/** Rows of similarities at a time: 512 × 50,000 in float32 are 100 MB. */
const BLOCK = 512;

export interface ComparedImage {
  /** Images of one group are known to be copies, or belong together for the user. */
  readonly group: string;
}

export interface Pair {
  /** Positions among `queries` and `references`. */
  readonly query: number;
  readonly reference: number;
  readonly similarity: number;
}

/** Images and their features, `[images, columns]`, row after row. */
export interface Compared {
  readonly images: readonly ComparedImage[];
  readonly features: Float32Array;
}

/**
 * The nearest reference of each query that is much nearer than the next one of another group. With several suspected
 * copies of one picture among the references, in different groups, neither stands out: such a query is missed.
 * Queries do not pair within their own group.
 * @param columns features an image
 * @returns the most similar first
 */
export function suspectedCopies(queries: Compared, references: Compared, columns: number): Pair[] {
  const pairs: Pair[] = [];
  if (references.images.length === 0) return pairs;
  const others = unitRows(references.features, columns);
  const known = tf.tensor2d(others, [references.images.length, columns]);
  for (let first = 0; first < queries.images.length; first += BLOCK) {
    const some = queries.images.slice(first, first + BLOCK);
    const rows = unitRows(
      queries.features.subarray(first * columns, (first + some.length) * columns),
      columns,
    );
    const similarities = scoped(
      () =>
        tf.matMul(tf.tensor2d(rows, [some.length, columns]), known, false, true).dataSync() as Float32Array,
    );
    some.forEach(({ group }, i) => {
      const from = i * references.images.length;
      const own = similarities.subarray(from, from + references.images.length);
      const pair = standsOut(own, group, references.images);
      if (pair !== undefined) pairs.push({ query: first + i, ...pair });
    });
  }
  known.dispose();
  return pairs.sort((a, b) => b.similarity - a.similarity || a.query - b.query);
}

function standsOut(
  similarities: Float32Array,
  group: string,
  references: readonly ComparedImage[],
): Omit<Pair, "query"> | undefined {
  let best = -1;
  for (let j = 0; j < similarities.length; j++) {
    if (references[j]?.group === group) continue;
    if (best < 0 || (similarities[j] as number) > (similarities[best] as number)) best = j;
  }
  const similarity = similarities[best] ?? -1;
  if (similarity < LEAST_SIMILARITY) return undefined;
  const taken = references[best]?.group;
  let next = -1;
  for (let j = 0; j < similarities.length; j++) {
    const other = references[j]?.group;
    if (other !== group && other !== taken) next = Math.max(next, similarities[j] as number);
  }
  // Two pictures that agree within rounding are copies whatever else there is.
  const stands = 1 - similarity <= MOST_RATIO * (1 - next);
  return stands ? { reference: best, similarity } : undefined;
}

/** Rows of length 1; a row of zeros stays one. */
function unitRows(values: Float32Array, columns: number): Float32Array {
  const unit = new Float32Array(values.length);
  for (let first = 0; first < values.length; first += columns) {
    let square = 0;
    for (let j = 0; j < columns; j++) square += (values[first + j] as number) ** 2;
    const length = Math.sqrt(square) || 1;
    for (let j = 0; j < columns; j++) unit[first + j] = (values[first + j] as number) / length;
  }
  return unit;
}

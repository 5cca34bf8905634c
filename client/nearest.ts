/** The known words that a mistyped one was probably meant to be. */
import { distance } from "fastest-levenshtein";

/** A third of the letters may be wrong: `epoch`, `batchsize`, `learning-rat`; more is another word. */
const MOST_WRONG = 1 / 3;

/** More guesses than this help nobody. */
const MOST_GUESSES = 3;

/** The candidates that are closest to `word`, in their order; none when they are far away or too many. */
export function nearest(word: string, candidates: readonly string[]): readonly string[] {
  const wanted = normalise(word);
  const costs = candidates.map((candidate) => distance(wanted, normalise(candidate)));
  const least = Math.min(...costs);
  if (least > Math.max(1, Math.floor(wanted.length * MOST_WRONG))) return [];
  const closest = candidates.filter((_, index) => costs[index] === least);
  return closest.length > MOST_GUESSES ? [] : closest;
}

/** `batch-size`, `batchSize` and `Batch_Size` mean the same key. */
function normalise(word: string): string {
  return word.replace(/[-_\s]/g, "").toLowerCase();
}

/** Draws one after another for a case: the same seed and case give the same file for ever. */
import { randomStream } from "../../rng/stream.js";

export interface Drawing {
  /** A whole number in [0, below). */
  below(limit: number): number;
  /** Whether one in `many` has come. */
  oneIn(many: number): boolean;
  pick<T>(items: readonly T[]): T;
}

/** @param seed and index unsigned 32-bit integers */
export function drawingOf(seed: number, purpose: string, index: number): Drawing {
  const stream = randomStream(seed, purpose, index);
  let at = 0;
  const below = (limit: number): number => stream.word(at++) % Math.max(1, limit);
  return {
    below,
    oneIn: (many) => below(many) === 0,
    pick: (items) => {
      if (items.length === 0) throw new Error("there is nothing to pick from");
      return items[below(items.length)] as (typeof items)[number];
    },
  };
}

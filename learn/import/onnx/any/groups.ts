/** Layer groups of a network that nobody has named: the stages between which its images become smaller. */
import { type Fused, partsOf } from "./fused.js";
import { hasWeights, isFixed } from "./units.js";

export interface Grouping {
  /** From the picture up. */
  readonly groups: readonly { readonly name: string; readonly parts: readonly Fused[] }[];
  /** All but the stem. */
  readonly tunable: number;
}

/** As a run file can name them. */
const MOST_TUNABLE = 4;

/**
 * The stem, which stays frozen, and above it at most four groups, `layer1` the deepest. What must not be trained is in the
 * stem with all that lies below it. A stage that has no weights belongs to the one before.
 * @param size side of the input in pixels @returns no groups where nothing is more than a function of each pixel
 */
export function groupingOf(parts: readonly Fused[], size: number): Grouping {
  if (!parts.some(looksAround)) return { groups: [], tunable: 0 };
  const free = parts.findLastIndex((part) => isFixed(part)) + 1;
  const begins: number[] = [];
  let before = size;
  parts.forEach((part, index) => {
    const side = sideOf(part);
    if (side < before) begins.push(index);
    before = side;
  });
  const starts = [...new Set(begins.map((begin) => Math.max(begin, free)))];
  const good = withWeightsBetween(parts, starts);
  // Of one resolution: all but what comes first.
  const otherwise = [Math.max(free, parts.findIndex(hasWeights) + 1)];
  const tops = (good.length > 0 ? good : withWeightsBetween(parts, otherwise)).slice(-MOST_TUNABLE);
  const [first = parts.length] = tops;
  const groups = [
    { name: "stem", parts: parts.slice(0, first) },
    ...tops.map((start, i) => ({ name: `layer${i + 1}`, parts: parts.slice(start, tops[i + 1]) })),
  ];
  return { groups, tunable: tops.length };
}

/** Those from which to the next there are weights, and below which there is a convolution, too. */
function withWeightsBetween(parts: readonly Fused[], starts: readonly number[]): readonly number[] {
  const good: number[] = [];
  let end = parts.length;
  for (const start of starts.toReversed()) {
    if (start <= 0 || start >= end || !parts.slice(start, end).some(hasWeights)) continue;
    if (!parts.slice(0, start).some(looksAround)) continue;
    good.unshift(start);
    end = start;
  }
  return good;
}

/** Whether it is more than a function of each pixel: what scales a picture is no layer. */
function looksAround(part: Fused): boolean {
  if (part.kind !== "conv") return partsOf(part).some(looksAround);
  return part.conv.kernel.shape.slice(2).some((extent) => extent > 1);
}

function sideOf(part: Fused): number {
  if (part.kind === "conv") return part.conv.side;
  return part.kind === "norm" || part.kind === "group-norm" ? part.norm.side : part.side;
}

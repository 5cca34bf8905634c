/** The cheapest causes: what files and pixels have in different measure, in words. */
import type { PropertyDifference } from "../../spec/records/drift.js";
import { holm } from "../proof/holm.js";
import { distanceP, distributionDistance } from "./distributions.js";
import { permutationP } from "./permuted.js";
import type { FileLooks } from "./sample.js";

/** A difference that is proven on many images and concerns few of them is no cause. */
const LEAST_EFFECT = 0.2;

interface Measure {
  readonly name: string;
  readonly of: (looks: FileLooks) => number;
  /** What images are with more, and with less of it. */
  readonly more: string;
  readonly less: string;
  readonly unit: string;
}

const LEVELS = " of 255";
const MEASURES: readonly Measure[] = [
  {
    name: "number of pixels",
    of: ({ width, height }) => width * height,
    more: "larger",
    less: "smaller",
    unit: "",
  },
  {
    name: "aspect ratio",
    of: ({ width, height }) => width / height,
    more: "wider",
    less: "narrower",
    unit: " wide to high",
  },
  { name: "brightness", of: ({ brightness }) => brightness, more: "brighter", less: "darker", unit: LEVELS },
  {
    name: "contrast",
    of: ({ contrast }) => contrast,
    more: "of more contrast",
    less: "of less contrast",
    unit: LEVELS,
  },
  {
    name: "colour",
    of: ({ colourfulness }) => colourfulness,
    more: "more colourful",
    less: "less colourful",
    unit: LEVELS,
  },
  {
    name: "detail",
    of: ({ detail }) => detail,
    more: "sharper, or noisier",
    less: "less sharp",
    unit: LEVELS,
  },
  {
    name: "border",
    of: ({ border }) => border,
    more: "brighter at the border",
    less: "darker at the border",
    unit: LEVELS,
  },
];

/** Properties that are names, not numbers. */
const KINDS: readonly { readonly name: string; readonly of: (looks: FileLooks) => string }[] = [
  {
    name: "image size and file format",
    of: ({ width, height, format }) => `${width}×${height} ${format.toUpperCase()}`,
  },
  { name: "file format", of: ({ format }) => format.toUpperCase() },
];

/**
 * @param next words for the permutations of the names
 * @returns those that differ provably and much, the most differing first
 */
export function differingProperties(
  heldOut: readonly FileLooks[],
  fresh: readonly FileLooks[],
  level: number,
  next: () => number,
): readonly PropertyDifference[] {
  const tested = [
    ...KINDS.map((kind) => comparedKinds(kind, heldOut, fresh, next)),
    ...MEASURES.map((measure) => comparedNumbers(measure, heldOut, fresh)),
  ];
  const adjusted = holm(tested.map(({ pValue }) => pValue));
  return tested
    .map((one, index) => ({ ...one, pValue: adjusted[index] as number }))
    .filter(({ pValue, effect }) => pValue < level && effect >= LEAST_EFFECT)
    .sort((a, b) => b.effect - a.effect);
}

function comparedNumbers(
  { name, of, more, less, unit }: Measure,
  heldOut: readonly FileLooks[],
  fresh: readonly FileLooks[],
): PropertyDifference {
  const [before, now] = [heldOut.map(of), fresh.map(of)];
  const effect = distributionDistance(before, now);
  const [was, is] = [median(before), median(now)];
  const comparison = is === was ? "spread otherwise" : is > was ? more : less;
  return {
    name,
    effect,
    pValue: distanceP(effect, before.length, now.length),
    sentence: `the new images are ${comparison} (${name} ${shown(is)} against ${shown(was)}${unit}, medians)`,
  };
}

function comparedKinds(
  { name, of }: (typeof KINDS)[number],
  heldOut: readonly FileLooks[],
  fresh: readonly FileLooks[],
  next: () => number,
): PropertyDifference {
  const values = [...heldOut, ...fresh].map(of);
  const kinds = [...new Set(values)];
  const indices = values.map((value) => kinds.indexOf(value));
  const isNew = values.map((_, row) => row >= heldOut.length);
  const distance = (second: readonly boolean[]): number => shareDistance(indices, second, kinds.length);
  const effect = distance(isNew);
  const strata = values.map(() => 0);
  return {
    name,
    effect,
    pValue: effect === 0 ? 1 : permutationP(distance, isNew, strata, next),
    sentence: `${mostOf(fresh.map(of), "new")}, ${mostOf(heldOut.map(of), "held-out")}`,
  };
}

/** Total variation: half the sum of the differences of all shares. */
function shareDistance(kinds: readonly number[], second: readonly boolean[], count: number): number {
  const [before, now] = [new Float64Array(count), new Float64Array(count)];
  kinds.forEach((kind, row) => {
    const own = second[row] === true ? now : before;
    own[kind] = (own[kind] as number) + 1;
  });
  const many = second.filter(Boolean).length;
  const few = second.length - many;
  // Counted first: of samples that share nothing the distance is 1, and not nearly 1.
  const apart = now.reduce(
    (sum, own, kind) => sum + Math.abs(own * few - (before[kind] as number) * many),
    0,
  );
  return apart / (2 * many * few);
}

function mostOf(values: readonly string[], side: string): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [[value, count] = ["", 0]] = [...counts].sort(([, a], [, b]) => b - a);
  if (count === values.length) return `all ${side} images are ${value}`;
  return `${Math.round((100 * count) / values.length)} % of the ${side} images are ${value}`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (!Number.isInteger(middle)) return sorted[Math.floor(middle)] as number;
  return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

const shown = (value: number): string =>
  value >= 10 ? Math.round(value).toLocaleString("en-GB") : value.toPrecision(2);

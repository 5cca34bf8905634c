/** Functions of one number that are none of thaw's activations, but lines before and after one of them, or put together of two. */
import type { Activation } from "../../../../network/activations.js";
import { CLOSE, type Curve, hardSigmoid, LARGE, LAST, SAME as PLACES, sigmoid } from "./curve.js";

/** `x · scale + shift` */
export interface Line {
  readonly scale: number;
  readonly shift: number;
}

export type Composed =
  /** The activation of a line, on a line. */
  | { readonly kind: "chain"; readonly before: Line; readonly activation: Activation; readonly after: Line }
  /** A line, and so many times the rectified number. */
  | { readonly kind: "bent"; readonly line: Line; readonly bend: Line; readonly factor: number }
  /** The square of the rectified number, on a line: the number times itself rectified. */
  | { readonly kind: "squared"; readonly after: Line };

/** @returns undefined for what is none of these */
export function composedOf(curve: Curve): Composed | undefined {
  for (const find of [clip, bent, squared, swish, sigmoids]) {
    const found = find(curve);
    if (found === undefined) continue;
    const tidy = tidied(found);
    if (isPlain(tidy) && isNear(curve, PLACES.map(functionOf(tidy)))) return tidy;
  }
  return undefined;
}

/** Numbers are added to others and taken off again: those that are much larger would leave little of them in a float32. */
const MOST_SHIFT = 100;
const MOST_HEIGHT = 256;

function isPlain(of: Composed): boolean {
  const lines =
    of.kind === "chain" ? [of.before, of.after] : of.kind === "bent" ? [of.line, of.bend] : [of.after];
  const isLow = of.kind !== "chain" || of.activation === "relu" || Math.abs(of.after.scale) <= MOST_HEIGHT;
  return isLow && lines.every(({ scale, shift }) => Number.isFinite(scale) && Math.abs(shift) <= MOST_SHIFT);
}

/** What was lost on the way to a line is more than a float32 holds, but would make a layer of one that does nothing. */
function tidied(of: Composed): Composed {
  const line = ({ scale, shift }: Line): Line => ({
    scale: rounded(scale),
    shift: Math.abs(shift) < TINY * Math.abs(scale) ? 0 : rounded(shift),
  });
  switch (of.kind) {
    case "chain":
      return { ...of, before: line(of.before), after: line(of.after) };
    case "bent":
      return { ...of, line: line(of.line), bend: line(of.bend), factor: rounded(of.factor) };
    case "squared":
      return { ...of, after: line(of.after) };
  }
}

const rounded = (value: number): number => Number(value.toPrecision(10));
const TINY = 1e-9;

/** As near as constants of float32 make it; of what is all small, as measured by that: it may be made large again. */
function isNear(a: Curve, b: Curve): boolean {
  const sizes = a.filter((_, i) => Math.abs(PLACES[i] ?? 0) <= COMMON).map(Math.abs);
  const unit = Math.min(
    1,
    sizes.reduce((most, size) => Math.max(most, size), 0),
  );
  return a.every((value, i) => {
    const other = b[i] ?? Number.NaN;
    return Math.abs(value - other) <= CLOSE * (unit + Math.abs(other));
  });
}
const COMMON = 12;

const on = ({ scale, shift }: Line, x: number): number => x * scale + shift;
const rectified = (x: number): number => Math.max(x, 0);

const FUNCTIONS: Readonly<Partial<Record<Activation, (x: number) => number>>> = {
  relu: rectified,
  sigmoid,
  "hard-sigmoid": hardSigmoid,
  silu: (x) => x * sigmoid(x),
};

function functionOf(of: Composed): (x: number) => number {
  switch (of.kind) {
    case "chain": {
      const own = FUNCTIONS[of.activation] ?? (() => Number.NaN);
      return (x) => on(of.after, own(on(of.before, x)));
    }
    case "bent":
      return (x) => on(of.line, x) + of.factor * rectified(on(of.bend, x));
    case "squared":
      return (x) => on(of.after, rectified(x) * x);
  }
}

const placeOf = (x: number): number => PLACES.indexOf(x);
const [FAR_LEFT, LEFT, NOUGHT, RIGHT, FAR_RIGHT] = [-LAST, -LARGE, 0, LARGE, LAST].map(placeOf) as [
  number,
  number,
  number,
  number,
  number,
];
const ONE = placeOf(1);
const at = (curve: Curve, place: number): number => curve[place] ?? Number.NaN;

/** Where it stays the same far to the left and to the right. */
function endsOf(curve: Curve): readonly [number, number] | undefined {
  const [left, right] = [at(curve, LEFT), at(curve, RIGHT)];
  const isLevel = at(curve, FAR_LEFT) === left && at(curve, FAR_RIGHT) === right && left !== right;
  return isLevel ? [left, right] : undefined;
}

function through(curve: Curve, a: number, b: number): Line {
  const [x, other] = [PLACES[a] ?? Number.NaN, PLACES[b] ?? Number.NaN];
  const scale = (at(curve, b) - at(curve, a)) / (other - x);
  return { scale, shift: at(curve, a) - scale * x };
}

/** A line between two bounds: bounded ones and hard sigmoids of any slope. */
function clip(curve: Curve): Composed | undefined {
  const ends = endsOf(curve);
  if (ends === undefined) return undefined;
  const [left, right] = ends;
  const height = right - left;
  const inside = [...PLACES.keys()].filter((place) => {
    const share = (at(curve, place) - left) / height;
    return share > INSIDE && share < 1 - INSIDE;
  });
  const [one, other] = [
    inside.reduce(
      (least, place) => ((PLACES[place] ?? 0) < (PLACES[least] ?? 0) ? place : least),
      inside[0] ?? 0,
    ),
    inside.reduce(
      (most, place) => ((PLACES[place] ?? 0) > (PLACES[most] ?? 0) ? place : most),
      inside[0] ?? 0,
    ),
  ];
  if (one === other) return undefined;
  const { scale, shift } = through(curve, one, other);
  return {
    kind: "chain",
    before: { scale: (6 * scale) / height, shift: (6 * (shift - left)) / height - 3 },
    activation: "hard-sigmoid",
    after: { scale: height, shift: left },
  };
}
const INSIDE = 1e-6;

/** Two lines that meet: rectifiers with other bounds, and leaky ones of any slope. */
function bent(curve: Curve): Composed | undefined {
  const [left, right] = [through(curve, FAR_LEFT, LEFT), through(curve, RIGHT, FAR_RIGHT)];
  const [factor, shift] = [right.scale - left.scale, right.shift - left.shift];
  if (Math.abs(factor) <= INSIDE) return undefined;
  const bend = { scale: 1, shift: shift / factor };
  // Of lines that are nought on one side an activation alone is left.
  if (left.scale === 0)
    return { kind: "chain", before: bend, activation: "relu", after: { scale: factor, shift: left.shift } };
  return { kind: "bent", line: left, bend, factor };
}

function squared(curve: Curve): Composed | undefined {
  const shift = at(curve, LEFT);
  return { kind: "squared", after: { scale: at(curve, ONE) - shift, shift } };
}

/** `x · sigmoid(αx)` and multiples of it. */
function swish(curve: Curve): Composed | undefined {
  const factor = at(curve, RIGHT) / LARGE;
  const slope = logit(at(curve, ONE) / factor);
  if (!(slope > 0)) return undefined;
  return {
    kind: "chain",
    before: { scale: slope, shift: 0 },
    activation: "silu",
    after: { scale: factor / slope, shift: 0 },
  };
}

/** Sigmoids of any slope and height, of which tanh is one. */
function sigmoids(curve: Curve): Composed | undefined {
  const ends = endsOf(curve);
  if (ends === undefined) return undefined;
  const [left, right] = ends;
  const [nought, one] = [NOUGHT, ONE].map((place) => logit((at(curve, place) - left) / (right - left)));
  if (nought === undefined || one === undefined) return undefined;
  return {
    kind: "chain",
    before: { scale: one - nought, shift: nought },
    activation: "sigmoid",
    after: { scale: right - left, shift: left },
  };
}

const logit = (share: number): number => Math.log(share / (1 - share));

/**
 * Functions of one number, by their values at many places. Exporters write an activation in many ways – a GELU as five
 * operators, a hard swish as three – which all have the same values.
 */
import { type Activation, leakyRelu } from "../../../../network/activations.js";

export type Curve = Float64Array;

/** The places farthest out: numbers of float16 end at 65,504, and who bounds by that bounds nothing. */
export const LARGE = 1000;
export const LAST = 30_000;

/** Between −12 and 12, unevenly, so that no corner of an activation is missed; and farther out, where some have an end. */
const PLACES: Curve = Float64Array.from([
  ...Array.from({ length: 97 }, (_, i) => -12 + i / 4),
  ...Array.from({ length: 61 }, (_, i) => -3.1 + 0.103 * i),
  ...[-LAST, -LARGE, -60, -25.3, 25.3, 60, LARGE, LAST],
]);

/** The number itself. */
export const SAME: Curve = PLACES;

/** @param values of the operands at a place */
export const curveOf = (operands: readonly Curve[], of: (...values: number[]) => number): Curve =>
  PLACES.map((_, i) => of(...operands.map((operand) => operand[i] ?? Number.NaN)));

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
export const hardSigmoid = (x: number): number => relu6(x + 3) / 6;
export const relu6 = (x: number): number => Math.min(Math.max(x, 0), 6);

/** Abramowitz and Stegun 7.1.5 near nought, and 7.1.14 (a continued fraction) beyond: right to 1e-12. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size > 2.5) {
    let fraction = size;
    for (let k = 60; k > 0; k--) fraction = size + k / 2 / fraction;
    return Math.sign(x) * (1 - Math.exp(-size * size) / (fraction * Math.sqrt(Math.PI)));
  }
  let term = x;
  let sum = x;
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

export const gelu = (x: number): number => (x * (1 + erf(x * Math.SQRT1_2))) / 2;

/** As tanh approximates it (Hendrycks & Gimpel, arXiv 1606.08415). */
export const geluByTanh = (x: number): number =>
  (x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))) / 2;

const KNOWN: readonly (readonly [Activation, Curve])[] = (
  [
    ["relu", (x) => Math.max(x, 0)],
    ["relu6", relu6],
    ["silu", (x) => x * sigmoid(x)],
    ["hard-swish", (x) => (x * relu6(x + 3)) / 6],
    ["gelu", gelu],
    ["gelu-tanh", geluByTanh],
    ["sigmoid", sigmoid],
    ["hard-sigmoid", hardSigmoid],
    // With constants of float16: 1/√2 and √2, and √(2/π) and 0.044715.
    ["gelu", (x) => (x * (1 + erf(x * 0.70703125))) / 2],
    ["gelu", (x) => (x * (1 + erf(x / 1.4140625))) / 2],
    ["gelu-tanh", (x) => (x * (1 + Math.tanh(0.7978515625 * (x + 0.044708251953125 * x ** 3)))) / 2],
  ] as readonly (readonly [Activation, (x: number) => number])[]
).map(([name, of]) => [name, PLACES.map(of)]);

/** Constants are float32 in the file: 1/6 and √2 have an error of 1e-7. The GELU by tanh differs from the exact one by 5e-4. */
export const CLOSE = 2e-6;

function isClose(a: Curve, b: Curve): boolean {
  return a.every((value, i) => {
    const other = b[i] ?? Number.NaN;
    return Math.abs(value - other) <= CLOSE * (1 + Math.abs(other));
  });
}

/** The activation that has these values; undefined for none of ours. */
export function activationOf(curve: Curve): Activation | undefined {
  if (isClose(curve, SAME)) return "none";
  return KNOWN.find(([, own]) => isClose(curve, own))?.[0] ?? leakyOf(curve);
}

function leakyOf(curve: Curve): Activation | undefined {
  // As short as a float32 can be written.
  const slope = Number((-(curve[PLACES.indexOf(-1)] ?? Number.NaN)).toPrecision(7));
  if (!(slope > 0 && slope < 1)) return undefined;
  const own = PLACES.map((x) => (x < 0 ? slope * x : x));
  return isClose(curve, own) ? leakyRelu(slope) : undefined;
}

export const isSquare = (curve: Curve): boolean =>
  isClose(
    curve,
    PLACES.map((x) => x ** 2),
  );

/** The `ε` of `1 / √(x + ε)`, if it is that where `x` is not below nought. */
export function epsilonOf(curve: Curve): number | undefined {
  const epsilon = Number(((curve[PLACES.indexOf(0)] ?? Number.NaN) ** -2).toPrecision(7));
  if (!(epsilon > 0 && epsilon < 1)) return undefined;
  const isIt = curve.every((value, i) => {
    const x = PLACES[i] ?? Number.NaN;
    return x < 0 || Math.abs(value * Math.sqrt(x + epsilon) - 1) <= CLOSE;
  });
  return isIt ? epsilon : undefined;
}

/** `x · scale + shift`, if it is that. */
export function lineOf(curve: Curve): { readonly scale: number; readonly shift: number } | undefined {
  const [one, nought] = [PLACES.indexOf(1), PLACES.indexOf(0)];
  const shift = curve[nought] ?? Number.NaN;
  const scale = (curve[one] ?? Number.NaN) - shift;
  // Near as measured by the line: what is all small may be made large again.
  const isLine = curve.every((value, i) => {
    const x = PLACES[i] ?? Number.NaN;
    return (
      Math.abs(value - (x * scale + shift)) <= CLOSE * (Math.abs(scale) * (1 + Math.abs(x)) + Math.abs(shift))
    );
  });
  return Number.isFinite(scale) && isLine ? { scale, shift } : undefined;
}

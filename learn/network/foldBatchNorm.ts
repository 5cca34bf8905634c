/** Batch normalization folded into convolutions, on the host. */
import {
  isNormed,
  kernelShape,
  type NormedConvolution,
  type NormedUnit,
  type WeightedUnit,
} from "../bases/architecture.js";
import { unitParameters } from "../bases/unitParameters.js";
import { type Parameter, type Parameters, parameter } from "./parameters.js";

/**
 * Folds batch normalization with fixed statistics into a convolution:
 * `gamma · (conv(x, w) − mean) / sqrt(variance + ε) + beta = conv(x, w · s) + (beta − mean · s)`
 * with `s = gamma / sqrt(variance + ε)` for each output channel.
 */
export function foldUnit(
  parameters: Parameters,
  unit: NormedConvolution,
  epsilon: number,
): { readonly kernel: Parameter; readonly bias: Parameter } {
  const { scale, shift } = foldNorm(parameters, unit, epsilon);
  const kernel = parameter(parameters, `${unit.name}.kernel`).data;
  const channels = unit.outChannels;
  // The output channel is the last axis of all layouts ([h, w, channels, 1] has a last axis of one).
  const folded = new Float32Array(kernel.length);
  // Plain loops: they take a third of the time of a mapping, and there are millions of them.
  for (let first = 0; first < kernel.length; first += channels)
    for (let c = 0; c < channels; c++)
      folded[first + c] = (kernel[first + c] as number) * (scale.data[c] as number);
  return { kernel: { shape: kernelShape(unit), data: folded }, bias: shift };
}

/** What a batch norm with fixed statistics does with each channel: `x · scale + shift`. */
export function foldNorm(
  parameters: Parameters,
  { name }: NormedUnit,
  epsilon: number,
): { readonly scale: Parameter; readonly shift: Parameter } {
  const [gamma, beta, mean, variance] = ["gamma", "beta", "mean", "variance"].map(
    (part) => parameter(parameters, `${name}.${part}`).data,
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  // A typed array's own `map`: `Float32Array.from` goes through an iterator, ten times as slowly.
  const scale = gamma.map((value, c) => value / Math.sqrt((variance[c] ?? 0) + epsilon));
  const shift = beta.map((value, c) => value - (mean[c] ?? 0) * (scale[c] ?? 0));
  const shape = [gamma.length];
  return { scale: { shape, data: scale }, shift: { shape, data: shift } };
}

/**
 * What a unit is computed with when nothing in it learns: its batch norm is folded where there is one, `UNIT.kernel` and
 * `UNIT.bias` of a convolution, `UNIT.scale` and `UNIT.shift` of a norm alone. All else stays as it is.
 */
export function foldedParameters(parameters: Parameters, unit: WeightedUnit, epsilon: number): Parameters {
  if (!isNormed(unit)) {
    return new Map(unitParameters(unit).map(({ name }) => [name, parameter(parameters, name)]));
  }
  const folded: Readonly<Record<string, Parameter>> =
    unit.kind === "norm" ? foldNorm(parameters, unit, epsilon) : foldUnit(parameters, unit, epsilon);
  return new Map(Object.entries(folded).map(([part, value]) => [`${unit.name}.${part}`, value]));
}

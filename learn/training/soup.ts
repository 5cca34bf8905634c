/** Averages of weights: between where a stage started and where it ended. */
import { type Parameters, parameter } from "../parameters.js";

/**
 * The weights that lie `share` of the way from `start` to `end`, parameter by parameter: "WiSE-FT" (Wortsman et al.,
 * "Robust fine-tuning of zero-shot models", CVPR 2022). Both lie in one valley of the loss, because the one was trained
 * from the other; batch norm statistics are the same in both.
 * @param start has every parameter of `end`
 * @param share in [0, 1]
 */
export function soup(start: Parameters, end: Parameters, share: number): Parameters {
  return new Map(
    [...end].map(([name, { shape, data }]) => {
      const from = parameter(start, name).data;
      return [name, { shape, data: data.map((value, i) => between(from[i] ?? 0, value, share)) }];
    }),
  );
}

function between(from: number, to: number, share: number): number {
  return from + share * (to - from);
}

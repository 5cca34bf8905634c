/** Batch norms that add something else to the variance than their architecture, as networks of norms that add what that does. */
import { ThawError } from "../../spec/errors.js";
import type { Parameter, Parameters } from "../network/parameters.js";
import { type Architecture, normedUnitsOf } from "./architecture.js";

/**
 * `γ / √(v + ε)` is the same number with the architecture's epsilon and other factors, `γ √((v + own) / (v + ε))`. So
 * statistics stay what the network saw.
 * @param epsilon what the network's norms add, at least 0
 * @throws ThawError DATA_INVALID where nothing is added to a variance of nought
 */
export function withNormEpsilon(
  { groups, epsilon: own }: Architecture,
  parameters: Parameters,
  epsilon: number,
): Parameters {
  const changed = groups.flatMap(normedUnitsOf).map(({ name }): [string, Parameter] => {
    const [gamma, variance] = [parameters.get(`${name}.gamma`), parameters.get(`${name}.variance`)];
    if (gamma === undefined || variance === undefined) throw new Error(`the norm of ${name} is missing`);
    const data = gamma.data.map((factor, c) => {
      const spread = variance.data[c] ?? Number.NaN;
      return factor * Math.sqrt((spread + own) / (spread + epsilon));
    });
    if (!data.every(Number.isFinite)) {
      throw new ThawError(
        "DATA_INVALID",
        `a variance of ${name} is zero, which a norm with epsilon ${epsilon} divides by`,
        {
          hint: "leave --norm-epsilon out: the network was evaluated with another one",
        },
      );
    }
    return [`${name}.gamma`, { ...gamma, data }];
  });
  return new Map([...parameters, ...changed]);
}

/** Made-up weights of any network, which pass for trained ones. */
import { type Architecture, unitsOf } from "../../../learn/bases/architecture.js";
import { unitParameters } from "../../../learn/bases/unitParameters.js";
import { type Parameters, sizeOf } from "../../../learn/network/parameters.js";
import { uniform } from "../../unit/learn/uniform.js";

/** Kernels of He's variance; norms are far enough from the identity to pass for trained. */
export function madeUpNetwork({ groups }: Pick<Architecture, "groups">): Parameters {
  return new Map(
    groups
      .flatMap(unitsOf)
      .flatMap(unitParameters)
      .map(({ name, shape, start }) => {
        const [middle, width] =
          typeof start === "number" ? [start, 0.5] : [0, Math.sqrt(12 * start.variance)];
        const data = Float32Array.from(uniform(name, sizeOf(shape)), (u) => middle + width * (u - 0.5));
        return [name, { shape, data }];
      }),
  );
}

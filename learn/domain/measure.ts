/** Measures how far images lie from those that a base was pretrained on, layer group by layer group. */
import type { DomainDistance } from "../../spec/records/recipe.js";
import { normedUnitsOf } from "../bases/architecture.js";
import type { Base } from "../bases/catalogue.js";
import { type Parameters, parameter } from "../network/parameters.js";
import { pixelTensor } from "../training/step/pixels.js";
import { frechetDistances, type UnitSample } from "./frechet.js";
import { observer } from "./observe.js";

/** Layer groups from the input up, each with its units. */
export type DomainSample = readonly { readonly name: string; readonly units: readonly UnitSample[] }[];

/**
 * @param batches RGB bytes of views as the base wants them, `[batch, size, size, 3]`
 * @param images how many there are in all
 */
export async function sampleDomain(
  { architecture, input }: Base,
  parameters: Parameters,
  batches: AsyncIterable<Uint8Array>,
  images: number,
): Promise<DomainSample> {
  const groups = architecture.groups.map((group) => ({
    name: group.name,
    units: normedUnitsOf(group).map(({ name }) => {
      const variances = parameter(parameters, `${name}.variance`).data;
      const channels = variances.length;
      return {
        channels,
        mean: new Float32Array(images * channels),
        square: new Float32Array(images * channels),
        deviation: Float64Array.from(variances, (variance) =>
          Math.sqrt(variance / (variance + architecture.epsilon)),
        ),
      };
    }),
  }));
  const units = groups.flatMap((group) => group.units);
  const network = observer(architecture, parameters);
  try {
    let first = 0;
    for await (const pixels of batches) {
      const count = pixels.length / (input.size * input.size * 3);
      const x = pixelTensor(pixels, [count, input.size, input.size, 3], input.pixelScale);
      const moments = network.run(x);
      x.dispose();
      units.forEach((unit, u) => {
        const part = moments[u];
        if (part === undefined) throw new Error("a unit was not observed");
        unit.mean.set(part.mean, first * unit.channels);
        unit.square.set(part.square, first * unit.channels);
      });
      first += count;
    }
    return groups;
  } finally {
    network.dispose();
  }
}

/**
 * Layer groups without batch norms remember nothing, and are left out: of a graph some norms may be folded into kernels, others not.
 * @param images at least 2, independent of each other
 */
export function domainDistance(sample: DomainSample, images: number): DomainDistance {
  const remembering = sample.filter(({ units }) => units.length > 0);
  const { overall, groups } = frechetDistances(
    remembering.map(({ units }) => units),
    images,
  );
  return {
    images,
    ...overall,
    groups: remembering.map(({ name }, i) => ({ name, ...(groups[i] as (typeof groups)[number]) })),
  };
}

/** JSON of `thaw bases`. Public API. */
import type { Base, CatalogueBase, DescribedBase } from "../../client/bases/registry.js";
import type { DamagedRecord } from "../../spec/records/damaged.js";
import type { baseSchema, basesSchema } from "../../spec/schemas/cli/models.js";
import type { Shape } from "../../spec/schemas/exact.js";
import { damagedJson } from "./damaged.js";

export type BasesJson = Shape<typeof basesSchema>;
export type BaseJson = Shape<typeof baseSchema>;

export function basesJson(
  catalogue: readonly CatalogueBase[],
  registered: readonly DescribedBase[],
  withoutWeights: readonly Base[],
  damaged: readonly DamagedRecord[] = [],
): BasesJson {
  const own = catalogue.map((base): BaseJson => {
    const { name, source, licence, pretrainedOn, domain, classes, sha256 } = base;
    const { imagenetTop1, imagenetTop1Source } = base;
    const origin = { name, origin: "catalogue", architecture: name, pretrainedOn, source, licence } as const;
    return { ...origin, sha256, ...inputOf(base), domain, classes, imagenetTop1, imagenetTop1Source };
  });
  const added = registered.map((base): BaseJson => {
    const { name, version, architecture, pretrainedOn, source, licence } = base;
    const { checkpoint, weights, extractor } = base;
    const origin = { name, origin: "added", version, architecture, pretrainedOn, source, licence } as const;
    const taken = weights === undefined ? {} : { weights };
    const known = { ...origin, sha256: checkpoint.digest, ...taken, ...inputOf(base) };
    return extractor === undefined ? known : { ...known, extractor };
  });
  return {
    bases: [...own, ...added],
    architectures: withoutWeights.map((base) => ({ name: base.name, ...inputOf(base) })),
    ...damagedJson(damaged),
  };
}

function inputOf({
  input: { size, cropFraction, kernel, pixelScale },
}: Pick<Base, "input">): Pick<BaseJson, "inputSize" | "preprocessing"> {
  return { inputSize: size, preprocessing: { ...pixelScale, kernel, cropFraction } };
}

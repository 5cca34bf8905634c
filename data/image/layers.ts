/** What a file holds beside the three colours of its first picture, none of which a network is shown. */
import type { LeftOutOfFile } from "../../spec/images/leftOut.js";
import { beside } from "./beside.js";
import { decoding } from "./held.js";
import { sharp } from "./sharp.js";

/** What a header says of it. */
export interface FileLayers {
  /** Pages of a TIFF, frames of an animation. */
  readonly pages: number;
  readonly hasAlpha: boolean;
  /** Bytes that decoding takes. */
  readonly held: number;
}

/** @param bytes of an image that could be decoded, and what its header says */
export async function otherLayers(
  bytes: Buffer,
  { pages, hasAlpha, held }: FileLayers,
): Promise<LeftOutOfFile> {
  // In the order in which decoding takes the two.
  const stats = () => beside(() => decoding.spend(held, () => statsOf(bytes)));
  const isOpaque = !hasAlpha || (await stats()).isOpaque;
  return { ...(pages > 1 ? { pages } : {}), ...(isOpaque ? {} : { transparent: true as const }) };
}

const statsOf = (bytes: Buffer) => sharp(bytes, { limitInputPixels: false, failOn: "none" }).stats();

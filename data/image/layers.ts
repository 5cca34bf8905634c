/** What a file holds beside the three colours of its first picture, none of which a network is shown. */
import { decoding, heldBytes } from "./held.js";
import { sharp } from "./sharp.js";

/** Nothing of it where there is nothing more. */
export interface OtherLayers {
  /** More than one: pages of a TIFF, frames of an animation. */
  readonly pages?: number;
  /** Whether some of its pixels are not wholly opaque. Whether that is transparency, or a fourth band, no file says. */
  readonly transparent?: true;
}

/** @param bytes of an image that could be decoded */
export async function otherLayers(bytes: Buffer): Promise<OtherLayers> {
  const image = sharp(bytes, { limitInputPixels: false, failOn: "none" });
  const header = await image.metadata();
  const { pages = 1, hasAlpha } = header;
  const isOpaque = !hasAlpha || (await decoding.spend(heldBytes(header), () => image.stats())).isOpaque;
  return { ...(pages > 1 ? { pages } : {}), ...(isOpaque ? {} : { transparent: true as const }) };
}

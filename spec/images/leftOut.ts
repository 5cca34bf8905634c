/** What files hold beside the three colours of their first picture, none of which a network is shown. */
import type { LayersLeftOut } from "../records/dataset.js";
import { counted } from "../warnings/words.js";

/** Of a file; nothing of it where there is nothing more. */
export interface LeftOutOfFile {
  /** More than one: pages of a TIFF or frames of an animation, of which the first is used. */
  readonly pages?: number;
  /** Whether some pixels are not wholly opaque, behind which a background is put. Whether that is transparency, or a fourth band, no file says. */
  readonly transparent?: true;
}

/** Undefined where there are none. */
export function findLayersLeftOut(
  images: readonly ({ readonly path: string } & LeftOutOfFile)[],
): LayersLeftOut | undefined {
  const paged = images.filter(({ pages }) => pages !== undefined);
  const transparent = images.filter((image) => image.transparent === true);
  const [page, clear] = [paged[0]?.path, transparent[0]?.path];
  if (page === undefined && clear === undefined) return undefined;
  return {
    ...(page === undefined ? {} : { pages: { count: paged.length, example: page } }),
    ...(clear === undefined ? {} : { transparent: { count: transparent.length, example: clear } }),
  };
}

/**
 * A sentence without a full stop.
 * @param background what was put behind transparent pixels
 */
export function leftOutSentence({ pages, transparent }: LayersLeftOut, background: string): string {
  const have = ({ count }: { readonly count: number }): string =>
    `${counted(count, "image")} ${count === 1 ? "has" : "have"}`;
  const parts = [
    ...(pages === undefined
      ? []
      : [`${have(pages)} several pages or frames, of which the first was used (${pages.example})`]),
    ...(transparent === undefined
      ? []
      : [
          `${have(transparent)} transparent pixels, behind which ${background} was put (${transparent.example})`,
        ]),
  ];
  return `${parts.join("; and ")}: a network is shown three colours and nothing else`;
}

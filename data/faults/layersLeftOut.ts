/** Images whose files hold more than three colours: further pages, and transparency, which may be a band of another kind. */
import type { LayersLeftOut } from "../../spec/records/dataset.js";
import type { OtherLayers } from "../image/layers.js";

/** Undefined where there are none. */
export function findLayersLeftOut(
  images: readonly ({ readonly path: string } & OtherLayers)[],
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

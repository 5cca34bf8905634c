/** Which rows of earlier sample files hold the views that are wanted: images are known by their bytes. */
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { ShardImage } from "../../spec/records/features.js";
import type { ViewRef } from "./render.js";

/** Where the record of a view lies. */
export interface KnownRow {
  /** Index of the earlier set. */
  readonly set: number;
  readonly row: number;
}

/**
 * A view is a function of settings, seed, the image's bytes and its own number, so its record is that of the same view
 * in any set, whatever its label, split and place are there. An image that was held out has its plain view only.
 * @param views wanted, by their images' indices in `records`
 * @param earlier images of the earlier sets in the order of their rows; of those that have an image, the first with most of its views counts
 */
export function knownRows(
  views: readonly ViewRef[],
  records: readonly Pick<ImageRecord, "sha256">[],
  earlier: readonly (readonly ShardImage[])[],
): readonly (KnownRow | undefined)[] {
  const places = new Map<string, KnownRow & { readonly count: number }>();
  earlier.forEach((known, set) => {
    let row = 0;
    for (const { sha256, views: count } of known) {
      if (count > (places.get(sha256)?.count ?? 0)) places.set(sha256, { set, row, count });
      row += count;
    }
  });
  return views.map(({ image, view }) => {
    const place = places.get(records[image]?.sha256 ?? "");
    if (place === undefined || view >= place.count) return undefined;
    return { set: place.set, row: place.row + view };
  });
}

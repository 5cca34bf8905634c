/** Which rows of earlier sample files hold the views that are wanted: images are known by their bytes. */
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { ViewRef } from "./render.js";
import { viewsOf } from "./views.js";

/** Where the record of a view lies. */
export interface KnownRow {
  /** Index of the earlier set. */
  readonly set: number;
  readonly row: number;
}

type Known = Pick<ImageRecord, "sha256" | "split">;

/**
 * A view is a function of settings, seed, the image's bytes and its own number, so its record is that of the same view
 * in any set, whatever its label, split and place are there. An image that was held out has its plain view only.
 * @param views wanted, by their images' indices in `records`
 * @param earlier records of the earlier sets in the order of their rows; of those that have an image, the first with most of its views counts
 * @param perImage views of a training image, in all of them
 */
export function knownRows(
  views: readonly ViewRef[],
  records: readonly Pick<ImageRecord, "sha256">[],
  earlier: readonly (readonly Known[])[],
  perImage: number,
): readonly (KnownRow | undefined)[] {
  const places = new Map<string, KnownRow & { readonly count: number }>();
  earlier.forEach((known, set) => {
    let row = 0;
    for (const record of known) {
      const count = viewsOf(record, perImage);
      if (count > (places.get(record.sha256)?.count ?? 0)) places.set(record.sha256, { set, row, count });
      row += count;
    }
  });
  return views.map(({ image, view }) => {
    const place = places.get(records[image]?.sha256 ?? "");
    if (place === undefined || view >= place.count) return undefined;
    return { set: place.set, row: place.row + view };
  });
}

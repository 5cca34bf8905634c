/** Streams image views as batches of pixels, decoding the next batch while the current one is computed. */
import type { Dataset } from "../../data/dataset/dataset.js";
import { renderView, type ViewParameters, viewParameters } from "../../data/views/views.js";
import type { AugmentSpec } from "../../spec/runFile/augment.js";
import type { BaseInput } from "../bases/catalogue.js";
import { viewsOf } from "./views.js";

/** One view of one image. */
export interface ViewRef {
  readonly image: number;
  readonly view: number;
}

export interface PixelBatch {
  readonly views: readonly ViewRef[];
  /** `[views.length, size, size, 3]` bytes. */
  readonly pixels: Uint8Array;
}

/** Every view of every given image, in the order of the rows of a sample file. */
export function allViews(
  dataset: Pick<Dataset, "records">,
  images: readonly number[],
  views: number,
): ViewRef[] {
  return images.flatMap((image) => {
    const record = dataset.records[image];
    const count = record === undefined ? 0 : viewsOf(record, views);
    return Array.from({ length: count }, (_, view) => ({ image, view }));
  });
}

/**
 * @param augment how views other than 0 are varied
 * @param seed the run's seed: a view is a function of it, the image's digest and the view's number
 */
export async function* renderBatches(
  dataset: Pick<Dataset, "read" | "records">,
  input: BaseInput,
  augment: AugmentSpec,
  seed: number,
  views: readonly ViewRef[],
  batchSize: number,
): AsyncGenerator<PixelBatch> {
  const parametersOf = ({ image, view }: ViewRef): ViewParameters | undefined => {
    if (view === 0) return undefined;
    const record = dataset.records[image];
    if (record === undefined) throw new RangeError(`there is no image ${image}`);
    return viewParameters(augment, seed, record.sha256, view);
  };
  const render = async (start: number): Promise<PixelBatch> => {
    const part = views.slice(start, start + batchSize);
    const rendered = await Promise.all(
      part.map(async (ref) => renderView(await dataset.read(ref.image), input, parametersOf(ref))),
    );
    return { views: part, pixels: Buffer.concat(rendered) };
  };
  let next = views.length > 0 ? render(0) : undefined;
  for (let start = 0; next !== undefined; start += batchSize) {
    const current: PixelBatch = await next;
    const following = start + batchSize;
    next = following < views.length ? render(following) : undefined;
    // A failure of the batch ahead is reported when it is its turn, not as an unhandled rejection now.
    next?.catch(() => undefined);
    yield current;
  }
}

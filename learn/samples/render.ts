/** Streams image views as batches of pixels; the next batch is rendered while the current one is computed. */
import type { Dataset } from "../../data/dataset/dataset.js";
import { viewsOf } from "../../data/views/count.js";
import { renderView, type ViewParameters, viewParameters } from "../../data/views/views.js";
import type { AugmentSpec } from "../../spec/runFile/augment.js";
import type { BaseInput } from "../bases/catalogue.js";
import { renderElsewhere } from "./renderer.js";
import type { Renderer } from "./renderNow.js";

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
  const parametersOf = (ref: ViewRef) => parametersOfView(dataset, augment, seed, ref);
  async function here(part: readonly ViewRef[]): Promise<Uint8Array> {
    return Buffer.concat(
      await Promise.all(
        part.map(async (ref) => renderView(await dataset.read(ref.image), input, parametersOf(ref))),
      ),
    );
  }
  /** @returns once the thread has been told what to do, so that the caller may block this one */
  const begin = async (start: number): Promise<Begun> => {
    const part = views.slice(start, start + batchSize);
    // A single batch has nothing to be rendered beside, and the thread takes a tenth of a second to start.
    if (views.length <= batchSize) return { part, pixels: here(part) };
    const distinct = [...new Set(part.map(({ image }) => image))];
    const images = await Promise.all(distinct.map((image) => dataset.read(image)));
    const places = new Map(distinct.map((image, place) => [image, place]));
    const wanted = part.map((ref) => ({
      image: places.get(ref.image) as number,
      parameters: parametersOf(ref),
    }));
    const pixels = renderElsewhere({ images, views: wanted, input });
    // A failure of the batch ahead is reported when it is its turn, not as an unhandled rejection now.
    pixels.catch(() => undefined);
    return { part, pixels };
  };
  let next = views.length > 0 ? await begin(0) : undefined;
  for (let start = 0; next !== undefined; start += batchSize) {
    const { part, pixels } = next;
    const following = start + batchSize;
    next = following < views.length ? await begin(following) : undefined;
    yield { views: part, pixels: await pixels };
  }
}

/** How a view differs from the plain one, which has none. */
function parametersOfView(
  { records }: Pick<Dataset, "records">,
  augment: AugmentSpec,
  seed: number,
  { image, view }: ViewRef,
): ViewParameters | undefined {
  if (view === 0) return undefined;
  const record = records[image];
  if (record === undefined) throw new RangeError(`there is no image ${image}`);
  return viewParameters(augment, seed, record.sha256, view);
}

/** The pixels of a few views, as {@link renderBatches} gives them, for one that cannot wait. */
export function renderedNow(
  renderer: Renderer,
  dataset: Pick<Dataset, "readNow" | "records">,
  input: BaseInput,
  augment: AugmentSpec,
  seed: number,
  views: readonly ViewRef[],
): Uint8Array {
  const distinct = [...new Set(views.map(({ image }) => image))];
  const places = new Map(distinct.map((image, place) => [image, place]));
  return renderer.render({
    images: distinct.map((image) => dataset.readNow(image)),
    views: views.map((ref) => ({
      image: places.get(ref.image) as number,
      parameters: parametersOfView(dataset, augment, seed, ref),
    })),
    input,
  });
}

interface Begun {
  readonly part: readonly ViewRef[];
  readonly pixels: Promise<Uint8Array>;
}

/** The domain distance of a dataset's images, on one plain view each. */
import type { Dataset } from "../../data/dataset/dataset.js";
import { permutation, randomStream } from "../../rng/stream.js";
import type { DomainDistance } from "../../spec/records/recipe.js";
import { chosenBase } from "../bases/chosen.js";
import { domainDistance, sampleDomain } from "../domain/measure.js";
import type { Parameters } from "../network/parameters.js";
import { loadSound } from "../network/tryOut.js";
import { renderBatches } from "../samples/render.js";
import type { StageContext } from "./job.js";

type DatasetImages = Pick<Dataset, "records" | "read">;

/** The distance's error is then below 0.01 on every set of "Domain distance" in `bench/README.md`. */
const MOST_IMAGES = 128;
/** As in the frozen pass: 32 images of 224 px keep the largest activation of Lite0 below 150 MB. */
const BATCH = 32;

/**
 * @param candidates images that may be measured: not the held-out ones
 * @returns undefined when fewer than two groups of images are among them, of an extractor – what its batch norms
 *   remember, if it has any, cannot be read layer by layer – and of a network whose batch norms were folded away
 */
export async function measureDomain(
  { base: choice, augment, seed, onProgress }: Pick<StageContext, "base" | "augment" | "seed" | "onProgress">,
  dataset: DatasetImages,
  candidates: readonly number[],
): Promise<DomainDistance | undefined> {
  const images = independentImages(dataset, candidates, seed);
  const base = chosenBase(choice);
  if (images.length < 2 || base.extractor !== undefined) return undefined;
  const views = images.map((image) => ({ image, view: 0 }));
  async function* pixels(): AsyncGenerator<Uint8Array> {
    let done = 0;
    for await (const batch of renderBatches(dataset, base.input, augment, seed, views, BATCH)) {
      onProgress({ phase: "domain distance", step: done, total: images.length });
      yield batch.pixels;
      done += batch.views.length;
    }
  }
  const parameters = await loadSound(base, choice);
  if (!remembers(parameters)) return undefined;
  return domainDistance(await sampleDomain(base, parameters, pixels(), images.length), images.length);
}

/** Whether its batch norms have statistics: where they were folded into the kernels, all means are nought. */
function remembers(parameters: Parameters): boolean {
  return [...parameters].some(
    ([name, { data }]) => name.endsWith(".mean") && data.some((mean) => mean !== 0),
  );
}

/** At random, one of each group: copies would pretend to a certainty that is not there. */
function independentImages(dataset: DatasetImages, candidates: readonly number[], seed: number): number[] {
  const order = permutation(candidates.length, randomStream(seed, "domain distance"));
  const ofGroup = new Map<string, number>();
  for (const position of order) {
    const image = candidates[position] as number;
    const group = dataset.records[image]?.group ?? "";
    if (!ofGroup.has(group)) ofGroup.set(group, image);
  }
  return [...ofGroup.values()].slice(0, MOST_IMAGES);
}

/** The features of some images of a set, by themselves: what the features stage puts together later. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FEATURES_FILE, SHARD_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { FeaturesSummary, ShardImage } from "../../spec/records/features.js";
import type { ViewRef } from "../samples/render.js";
import { beginPass, computeActivations } from "./activations.js";
import type { StageContext } from "./job.js";

/**
 * The rows have the bits that a pass over all images gives them: a view is a function of seed, image and number, and
 * batches are always whole.
 * @throws RangeError for an image that the set does not have
 */
export async function extractShard(
  context: StageContext,
  images: readonly ShardImage[],
): Promise<FeaturesSummary> {
  const { base, parameters, records, precision, checked } = await beginPass(context);
  const { out } = context.folders;
  const { rows, seconds, speed } = await computeActivations(checked, parameters, {
    features: join(out, FEATURES_FILE),
    boundaries: new Map(),
    views: viewsOfShard(records, images),
  });
  await writeFile(join(out, SHARD_FILE), images.map((image) => `${JSON.stringify(image)}\n`).join(""));
  return {
    ...{ rows, length: base.architecture.features, views: context.augment.views, seconds },
    images: images.length,
    ...(speed === undefined ? {} : { speed }),
    ...(precision === undefined ? {} : { precision }),
  };
}

/** In the order of the shard's rows. */
export function viewsOfShard(
  records: readonly Pick<ImageRecord, "sha256">[],
  images: readonly ShardImage[],
): readonly ViewRef[] {
  const wanted = new Set(images.map(({ sha256 }) => sha256));
  const places = new Map<string, number>();
  // A set of a million images has hundreds of shards.
  records.forEach(({ sha256 }, index) => {
    if (wanted.has(sha256)) places.set(sha256, index);
  });
  return images.flatMap(({ sha256, views }) => {
    const image = places.get(sha256);
    if (image === undefined) throw new RangeError(`the set has no image ${sha256.slice(0, 12)}`);
    return Array.from({ length: views }, (_, view) => ({ image, view }));
  });
}

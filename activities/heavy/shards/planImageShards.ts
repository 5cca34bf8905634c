/** Divides the images of a large source into shards, and says which of those have to be read. */
import { Context } from "@temporalio/activity";
import type { ImageShard } from "../../../spec/images/imageShards.js";
import type { ShardPlanRequest } from "../../../spec/pipeline/activities.js";
import { hasShards, IMAGE_SHARD_LIST_KIND, type ShardPlan } from "../../../spec/pipeline/shards.js";
import { readingOf } from "../../../spec/runFile/folders.js";
import type { TrainingDependencies } from "../../context.js";
import { startPulse } from "../../life/pulse.js";
import { waitingStore } from "../stageRunner.js";
import { imageShardParts, imageShardsOf } from "./imageShards.js";
import { plannedShards } from "./planned.js";
import { readableImages } from "./readableImages.js";

/**
 * The source is listed as ingest lists it; of an image nothing is read where its digest is known or a listing tells its version.
 * @returns undefined where there are fewer images than two shards have
 * @throws ThawError those of `listSource`; DATA_NOT_FOUND where this machine has not the images; NOT_FOUND when an upload is not whole; STORE_…
 */
export async function planImageShards(
  dependencies: TrainingDependencies,
  request: ShardPlanRequest,
): Promise<ShardPlan | undefined> {
  const { heartbeat, cancellationSignal: signal } = Context.current();
  const pulse = startPulse(heartbeat.bind(Context.current()));
  try {
    const { report } = pulse;
    const store = waitingStore(dependencies.store, report, signal);
    const { run, stage, most } = request;
    const source = { ...run, ...readingOf(run.file) };
    const images = await readableImages(source, dependencies.workFolder, {
      ...{ store, report, signal, digests: {} },
    });
    if (!hasShards(images.readable.length, most)) return undefined;
    const listOf = {
      ...{ kind: IMAGE_SHARD_LIST_KIND, codeVersion: stage.codeVersion },
      ...{ parameters: { most }, inputs: {} },
    };
    const partsOf = (shard: ImageShard) => imageShardParts(stage, shard);
    return await plannedShards(dependencies, store, listOf, imageShardsOf(images, most), partsOf, (phase) =>
      report({ phase, step: 0, total: 1 }),
    );
  } finally {
    pulse.stop();
  }
}

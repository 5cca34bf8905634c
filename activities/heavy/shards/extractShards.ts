/** Computes the features of shards, for the stage that puts them together. */
import type { ShardsRequest } from "../../../spec/pipeline/activities.js";
import type { ShardsDone } from "../../../spec/pipeline/shards.js";
import type { Shard, ShardImage } from "../../../spec/records/features.js";
import type { Metered } from "../../../spec/records/usage.js";
import { shardSchema } from "../../../spec/schemas/records/files.js";
import type { TrainingDependencies } from "../../context.js";
import type { RunningStages } from "../runningStages.js";
import type { JobBuilder } from "../stageRunner.js";
import { computeParts } from "./computeParts.js";
import { shardParts } from "./shardList.js";
import { readSomeShards } from "./someShards.js";

/**
 * @param jobOf the engine's job for some images
 * @throws ThawError NOT_FOUND (the list, the dataset), ARTIFACT_CORRUPT, ENGINE_FAILED, STORE_…; ApplicationFailure of type PAUSED
 */
export async function extractShards(
  dependencies: TrainingDependencies,
  running: RunningStages<Metered<ShardsDone>>,
  request: ShardsRequest,
  jobOf: (images: readonly ShardImage[]) => JobBuilder,
): Promise<Metered<ShardsDone>> {
  return computeParts(dependencies, running, request, {
    kind: "features",
    isKept: true,
    open: async ({ store, workFolder, engineFingerprint }, inputs, told) => {
      const { list, portion } = request;
      const read = readSomeShards<Shard>(store, workFolder, list, portion, shardSchema, told);
      const { count, shards } = await read;
      const parts = shards.map(({ index, shard }) => ({
        index,
        known: shardParts(request, inputs.manifest("ingest"), shard, engineFingerprint),
        jobOf: jobOf(shard.images),
      }));
      return { count, parts };
    },
  });
}

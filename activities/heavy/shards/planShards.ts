/** Divides the images of a large set into shards, and says which of those have to be computed. */
import { Context } from "@temporalio/activity";
import { IMAGES_FILE, readImageRecords } from "../../../data/dataset/dataset.js";
import { distinctImages, shardsOf } from "../../../data/dataset/shards.js";
import { viewsOf } from "../../../data/views/count.js";
import type { ArtifactRef } from "../../../spec/artifact.js";
import type { ShardPlanRequest } from "../../../spec/pipeline/activities.js";
import { hasShards, SHARD_LIST_KIND, type ShardPlan } from "../../../spec/pipeline/shards.js";
import { settledAugment } from "../../../spec/pipeline/views.js";
import type { ImageRecord } from "../../../spec/records/dataset.js";
import type { Shard } from "../../../spec/records/features.js";
import { requireManifest } from "../../../store/artifacts/artifacts.js";
import { localArtifactFile, type Told } from "../../../store/artifacts/localFile.js";
import type { Store } from "../../../store/connection/connection.js";
import type { TrainingDependencies } from "../../context.js";
import { startPulse } from "../../life/pulse.js";
import { earlierSets } from "../earlierFeatures.js";
import { waitingStore } from "../stageRunner.js";
import { plannedShards } from "./planned.js";
import { shardParts } from "./shardList.js";

/**
 * Images whose features earlier versions of the model have are in no shard: the stage finds them there.
 * @returns undefined where fewer are left than two shards have
 * @throws ThawError NOT_FOUND (the dataset), ARTIFACT_CORRUPT, STORE_…
 */
export async function planShards(
  dependencies: TrainingDependencies,
  request: ShardPlanRequest,
): Promise<ShardPlan | undefined> {
  const { heartbeat, cancellationSignal } = Context.current();
  const pulse = startPulse(heartbeat.bind(Context.current()));
  try {
    const store = waitingStore(dependencies.store, pulse.report, cancellationSignal);
    const told: Told = (phase) => pulse.report({ phase, step: 0, total: 1 });
    return await planWith(dependencies, store, request, told);
  } finally {
    pulse.stop();
  }
}

/** @param told what it is at, in a sentence */
export async function planWith(
  dependencies: Pick<TrainingDependencies, "workFolder" | "engineFingerprint">,
  store: Store,
  request: ShardPlanRequest,
  told: Told,
): Promise<ShardPlan | undefined> {
  const { workFolder, engineFingerprint } = dependencies;
  const ref = request.inputs.ingest as ArtifactRef;
  const ingest = await requireManifest(store, ref);
  const records = await readImageRecords(await localArtifactFile(store, workFolder, ref, IMAGES_FILE, told));
  const perImage = settledAugment(request.run.file.augment).views;
  const wanted = { ingest, records: async () => records };
  const known = viewsKnown(
    await earlierSets(dependencies, store, request, wanted, told, async (set) => set.records),
    perImage,
  );
  const unknown = distinctImages(records, perImage).filter(
    ({ sha256: image, views }) => (known.get(image) ?? 0) < views,
  );
  if (!hasShards(unknown.length, request.most)) return undefined;
  const shards = shardsOf(unknown, request.most);
  const listOf = {
    ...{ kind: SHARD_LIST_KIND, codeVersion: request.stage.codeVersion },
    ...{ parameters: { most: request.most }, inputs: { ingest: ref.digest } },
  };
  const partsOf = (shard: Shard) => shardParts(request, ingest, shard, engineFingerprint);
  return plannedShards(dependencies, store, listOf, shards, partsOf, told);
}

/** The most views of each image that one of the sets has. */
function viewsKnown(
  sets: readonly (readonly ImageRecord[])[],
  perImage: number,
): ReadonlyMap<string, number> {
  const known = new Map<string, number>();
  for (const record of sets.flat())
    known.set(record.sha256, Math.max(known.get(record.sha256) ?? 0, viewsOf(record, perImage)));
  return known;
}

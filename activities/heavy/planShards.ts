/** Divides the images of a large set into shards, and says which of those have to be computed. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Context } from "@temporalio/activity";
import { IMAGES_FILE, readImageRecords } from "../../data/dataset/dataset.js";
import { distinctImages, shardsOf } from "../../data/dataset/shards.js";
import { viewsOf } from "../../data/views/count.js";
import type { ArtifactRef } from "../../spec/artifact.js";
import type { ShardPlanRequest } from "../../spec/pipeline/activities.js";
import { SHARD_LIST_FILE } from "../../spec/pipeline/artifactFiles.js";
import { hasShards, SHARD_LIST_KIND, type ShardPlan } from "../../spec/pipeline/shards.js";
import { settledAugment } from "../../spec/pipeline/views.js";
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { Shard } from "../../spec/records/features.js";
import { commitArtifact, refOf, requireManifest } from "../../store/artifacts/artifacts.js";
import { artifactKey, sha256 } from "../../store/artifacts/keys.js";
import { localArtifactFile, type Told } from "../../store/artifacts/localFile.js";
import type { Store } from "../../store/connection/connection.js";
import { forEachParallel } from "../../store/parallel.js";
import type { TrainingDependencies } from "../context.js";
import { startPulse } from "../life/pulse.js";
import { findWhole } from "../light/findArtifact.js";
import { earlierSets } from "./earlierFeatures.js";
import { newWorkFolder } from "./localArtifacts.js";
import { shardParts } from "./shardList.js";
import { waitingStore } from "./stageRunner.js";

/** Questions to the store at once: each takes some milliseconds, and a million images have some six hundred shards. */
const LOOK_UPS = 16;

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
  const list = await commitList(dependencies, store, request, shards);
  const missing: number[] = [];
  let done = 0;
  await forEachParallel(shards.entries(), LOOK_UPS, async ([index, shard]) => {
    const { kind, key } = shardParts(request, ingest, shard, engineFingerprint);
    if ((await findWhole(store, kind, key)).manifest === undefined) missing.push(index);
    done += 1;
    told(`looking for ${shards.length} shards, ${done} so far`);
  });
  return { list, shards: shards.length, missing: missing.sort((a, b) => a - b) };
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

/** Its content is in its key: whoever divides the same images in the same way has the same list. */
async function commitList(
  { workFolder }: Pick<TrainingDependencies, "workFolder">,
  store: Store,
  { stage, most, inputs }: ShardPlanRequest,
  shards: readonly Shard[],
): Promise<ArtifactRef> {
  const text = shards.map((shard) => `${JSON.stringify(shard)}\n`).join("");
  const parts = {
    kind: SHARD_LIST_KIND,
    codeVersion: stage.codeVersion,
    parameters: { most },
    inputs: { ingest: (inputs.ingest as ArtifactRef).digest, shards: sha256(text) },
    engine: null,
  };
  const key = artifactKey(parts);
  const { manifest: known } = await findWhole(store, SHARD_LIST_KIND, key);
  if (known !== undefined) return refOf(known);
  const folder = await newWorkFolder(workFolder, SHARD_LIST_KIND);
  try {
    const file = join(folder, SHARD_LIST_FILE);
    await writeFile(file, text);
    const images = shards.reduce((sum, shard) => sum + shard.images.length, 0);
    const summary = { shards: shards.length, images };
    const files = { [SHARD_LIST_FILE]: file };
    return refOf((await commitArtifact(store, { ...parts, key, summary, seconds: 0, files })).manifest);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

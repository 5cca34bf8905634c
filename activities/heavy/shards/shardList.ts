/** The shards of a set: where the list of them lies, what each is known by, and those that are there. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactRef } from "../../../spec/artifact.js";
import { engineOf } from "../../../spec/engine/device.js";
import type { EarlierFeatures } from "../../../spec/engine/job.js";
import type { Bfloat16Arithmetic } from "../../../spec/engine/precision.js";
import { arithmeticIdentity } from "../../../spec/engine/processor.js";
import type { StageRequest } from "../../../spec/pipeline/activities.js";
import { FEATURES_FILE, SHARD_FILE, SHARD_LIST_FILE } from "../../../spec/pipeline/artifactFiles.js";
import { SHARD_KIND } from "../../../spec/pipeline/shards.js";
import type { Shard } from "../../../spec/records/features.js";
import type { Usage } from "../../../spec/records/usage.js";
import { shardSchema } from "../../../spec/schemas/records/files.js";
import { shapedLines } from "../../../spec/schemas/shaped.js";
import { type ArtifactManifest, findManifest } from "../../../store/artifacts/artifacts.js";
import { artifactKey, canonicalJson, type KeyParts, sha256 } from "../../../store/artifacts/keys.js";
import { localArtifactFile, type Told } from "../../../store/artifacts/localFile.js";
import type { Store } from "../../../store/connection/connection.js";
import type { TrainingDependencies } from "../../context.js";
import { isAsAsked, pixelsOf, unlessGone } from "../earlierFeatures.js";
import { localArtifact } from "../localArtifacts.js";

/** @param list the artifact that lists them @throws ThawError NOT_FOUND, ARTIFACT_CORRUPT, STORE_… */
export async function readShards(
  store: Store,
  workFolder: string,
  list: ArtifactRef,
  told: Told,
): Promise<readonly Shard[]> {
  const file = await localArtifactFile(store, workFolder, list, SHARD_LIST_FILE, told);
  return shapedLines(await readFile(file), shardSchema, file);
}

/**
 * What a shard's artifact is known by: the images and how they became pixels, the base and how views are drawn. Neither the
 * set nor its other images count, so a shard that a larger set has, too, is computed once.
 * In bfloat16 it is one shard where processors multiply, and another where they round.
 * @param ingest of the set
 * @param arithmetic of those who compute it, by default this machine's; nothing of it in float32
 */
export function shardParts(
  { stage }: Pick<StageRequest, "stage">,
  ingest: ArtifactManifest,
  { images }: Shard,
  engineFingerprint: string,
  arithmetic?: Bfloat16Arithmetic,
): KeyParts & { readonly key: string } {
  const { parameters } = stage;
  const parts: KeyParts = {
    kind: SHARD_KIND,
    codeVersion: stage.codeVersion,
    parameters: { ...parameters, ...arithmeticIdentity(parameters.precision, arithmetic) },
    inputs: {
      images: sha256(canonicalJson(images)),
      // Of a set of an older version nothing is known, but that it is the same.
      pixels: sha256(pixelsOf(ingest) ?? ingest.digest),
    },
    engine: engineOf(stage, engineFingerprint),
  };
  return { ...parts, key: artifactKey(parts) };
}

/**
 * The shards' files on this machine; what is gone meanwhile is computed with the stage.
 * @param held is told what each has held
 */
export async function shardFeatures(
  { workFolder, engineFingerprint }: Pick<TrainingDependencies, "workFolder" | "engineFingerprint">,
  store: Store,
  request: StageRequest,
  ingest: ArtifactManifest,
  told: Told,
  held: (usage: Usage) => void,
): Promise<readonly EarlierFeatures[]> {
  if (request.shards === undefined) return [];
  const list = request.shards;
  const shards = (await unlessGone(told, () => readShards(store, workFolder, list, told))) ?? [];
  const found: EarlierFeatures[] = [];
  for (const [index, shard] of shards.entries()) {
    const { kind, key } = shardParts(request, ingest, shard, engineFingerprint);
    const one = await unlessGone(told, async () => {
      const manifest = await findManifest(store, kind, key);
      if (manifest === undefined || !isAsAsked(manifest)) return undefined;
      const fetching = () => told(`fetching shard ${index + 1} of ${shards.length}`);
      const folder = await localArtifact(store, workFolder, manifest, fetching, told);
      if (manifest.usage !== undefined) held(manifest.usage);
      return { images: { shard: join(folder, SHARD_FILE) }, features: join(folder, FEATURES_FILE) };
    });
    if (one !== undefined) found.push(one);
  }
  return found;
}

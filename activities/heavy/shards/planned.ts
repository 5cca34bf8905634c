/** The plan of a stage's shards: the list of them in the store, and which of them are not there. */
import { createHash } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { jsonLines } from "../../../data/source/lines.js";
import type { ArtifactRef } from "../../../spec/artifact.js";
import { SHARD_LIST_FILE } from "../../../spec/pipeline/artifactFiles.js";
import type { ShardPlan } from "../../../spec/pipeline/shards.js";
import { commitArtifact, refOf } from "../../../store/artifacts/artifacts.js";
import { artifactKey, type KeyParts } from "../../../store/artifacts/keys.js";
import type { Told } from "../../../store/artifacts/localFile.js";
import type { Store } from "../../../store/connection/connection.js";
import { forEachParallel } from "../../../store/parallel.js";
import type { TrainingDependencies } from "../../context.js";
import { findWhole } from "../../light/findArtifact.js";
import { newWorkFolder } from "../localArtifacts.js";

/** Questions to the store at once: each takes some milliseconds, and a million images have some six hundred shards. */
const LOOK_UPS = 16;

/** The list of shards as an artifact: what it is of; how they were divided is in its key, and so is its content. */
type ListOf = Pick<KeyParts, "kind" | "codeVersion" | "parameters" | "inputs">;

/**
 * @param shards a line of the list each
 * @param partsOf what a shard's artifact is known by
 */
export async function plannedShards<Shard extends { readonly images: readonly unknown[] }>(
  dependencies: Pick<TrainingDependencies, "workFolder">,
  store: Store,
  listOf: ListOf,
  shards: readonly Shard[],
  partsOf: (shard: Shard) => KeyParts & { readonly key: string },
  told: Told,
): Promise<ShardPlan> {
  const list = await commitList(dependencies, store, listOf, shards);
  const missing: number[] = [];
  let done = 0;
  await forEachParallel(shards.entries(), LOOK_UPS, async ([index, shard]) => {
    const { kind, key } = partsOf(shard);
    if ((await findWhole(store, kind, key)).manifest === undefined) missing.push(index);
    done += 1;
    told(`looking for ${shards.length} shards, ${done} so far`);
  });
  return { list, shards: shards.length, missing: missing.sort((a, b) => a - b) };
}

/** Whoever divides the same images in the same way has the same list. */
async function commitList(
  { workFolder }: Pick<TrainingDependencies, "workFolder">,
  store: Store,
  { inputs, ...listOf }: ListOf,
  shards: readonly { readonly images: readonly unknown[] }[],
): Promise<ArtifactRef> {
  const text = createHash("sha256");
  // Of very many images all lines are longer than a string may be.
  for (const some of jsonLines(shards)) text.update(some);
  const parts = { ...listOf, inputs: { ...inputs, shards: text.digest("hex") }, engine: null };
  const key = artifactKey(parts);
  const { manifest: known } = await findWhole(store, parts.kind, key);
  if (known !== undefined) return refOf(known);
  const folder = await newWorkFolder(workFolder, parts.kind);
  try {
    const file = join(folder, SHARD_LIST_FILE);
    await writeFile(file, jsonLines(shards));
    const images = shards.reduce((sum, shard) => sum + shard.images.length, 0);
    const summary = { shards: shards.length, images };
    const files = { [SHARD_LIST_FILE]: file };
    return refOf((await commitArtifact(store, { ...parts, key, summary, seconds: 0, files })).manifest);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Decides what is garbage: whatever the roots do not reach and is not fresh. */
import {
  IMAGE_SHARD_KIND,
  IMAGE_SHARD_LIST_KIND,
  SHARD_KIND,
  SHARD_LIST_KIND,
} from "../../spec/pipeline/shards.js";
import { placeOf } from "../../store/artifacts/artifacts.js";
import type { StoredObject } from "../../store/inventory.js";
import type { Roots } from "./roots.js";

/** Everything in the bucket that may be garbage. */
export interface Inventory {
  readonly manifests: readonly StoredObject[];
  readonly objects: readonly StoredObject[];
  /** Records of runs, `runs/RUN.json`. */
  readonly runs: readonly StoredObject[];
}

interface Garbage {
  readonly manifests: readonly StoredObject[];
  readonly objects: readonly StoredObject[];
  readonly runs: readonly StoredObject[];
}

/** What goes from the store. */
export interface StoreGarbage extends Garbage {
  readonly logs: readonly StoredObject[];
  /** Checkpoints, claims and commands of old runs. */
  readonly traces: readonly StoredObject[];
  /** Lists of uploaded images that no run refers to any more; the images themselves are data objects. */
  readonly uploads: readonly StoredObject[];
}

const OF_SHARDS: ReadonlySet<string> = new Set([
  ...[SHARD_KIND, SHARD_LIST_KIND],
  ...[IMAGE_SHARD_KIND, IMAGE_SHARD_LIST_KIND],
]);

/**
 * @param filesOf digests of the data objects of a manifest, by the manifest's name
 * @param fresh what was written after it stays: data come before their manifest, and a run that has just begun
 *   may not be known yet
 */
export async function findGarbage(
  inventory: Inventory,
  roots: Omit<Roots, "damaged">,
  filesOf: (manifest: string) => Promise<readonly string[]>,
  fresh: Date,
): Promise<Garbage> {
  const isOld = ({ modified }: StoredObject): boolean => modified < fresh;
  const isKept = ({ name }: StoredObject): boolean =>
    roots.manifests.has(name) || (roots.keepsShards && OF_SHARDS.has(placeOf(name)?.kind ?? ""));
  const manifests = inventory.manifests.filter((manifest) => isOld(manifest) && !isKept(manifest));
  const dropped = new Set(manifests.map(({ name }) => name));
  const used = new Set(roots.digests);
  for (const { name } of inventory.manifests) {
    if (dropped.has(name)) continue;
    for (const digest of await filesOf(name)) used.add(digest);
  }
  return {
    manifests,
    objects: inventory.objects.filter((object) => isOld(object) && !used.has(lastPart(object.name))),
    runs: inventory.runs.filter(
      (run) => isOld(run) && !roots.runs.has(lastPart(run.name).replace(/\.json$/, "")),
    ),
  };
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf("/") + 1);

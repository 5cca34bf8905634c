/** In how many shards a planned run would read its images, and compute its features. */
import { stretchesOf } from "../../data/dataset/stretches.js";
import { hasShards, imageShardSize, shardImages } from "../../spec/pipeline/shards.js";
import { readingOf } from "../../spec/runFile/folders.js";
import type { RunFile } from "../../spec/runFile/runFile.js";
import { requireManifest } from "../../store/artifacts/artifacts.js";
import type { Store } from "../../store/connection/connection.js";
import { withBases } from "../bases/ofFile.js";
import { countImages, type ListedSource, listImages } from "../images/list.js";
import type { PlannedStage } from "../plan/foresee.js";
import { imagesIn } from "./samples.js";

export interface PlannedShards {
  /** Of features at most: images that earlier versions of the model have are in none. About: a range of digests is halved until it fits; images that cannot be read are in none. */
  readonly shards: number;
  /** Most images of one. */
  readonly images: number;
  /** At once. */
  readonly parallel: number;
}

/** Of ingest. @returns undefined where there are none @throws ThawError those of `listImages` */
export async function plannedImageShards(
  store: Store,
  file: RunFile,
  source: ListedSource,
  planned: readonly PlannedStage[],
): Promise<PlannedShards | undefined> {
  const isMade = planned.some(({ kind, action }) => kind === "ingest" && action === "run");
  const most = isMade ? imageShardSize({ file }) : undefined;
  if (most === undefined) return undefined;
  const { entries } = await listImages(store, { ...source, ...readingOf(file) });
  if (!hasShards(entries.length, most)) return undefined;
  const paths = entries.map(({ path }) => path);
  return { shards: stretchesOf(paths, most).length, images: most, parallel: file.parallel };
}

/** Of features. @returns undefined where there are none @throws ThawError STORE_…, those of `countImages` */
export async function plannedShards(
  store: Store,
  file: RunFile,
  source: ListedSource,
  planned: readonly PlannedStage[],
): Promise<PlannedShards | undefined> {
  const isMade = planned.some(({ kind, action }) => kind === "features" && action === "run");
  if (!isMade || file.shards.images === "off") return undefined;
  // What a base's name means decides which stages there are.
  const most = shardImages(await withBases(store, file, { source }));
  if (most === undefined) return undefined;
  const ingested = planned.find(({ kind }) => kind === "ingest")?.artifact;
  const known = ingested === undefined ? undefined : imagesIn(await requireManifest(store, ingested));
  const images = known ?? (await countImages(store, { ...source, ...readingOf(file) }));
  if (!hasShards(images, most)) return undefined;
  return { shards: shardsFor(images, most), images: most, parallel: file.parallel };
}

/** About: digests are as good as drawn, so the halves of a range are nearly as large as each other. */
export function shardsFor(images: number, most: number): number {
  return 2 ** Math.ceil(Math.log2(images / most));
}

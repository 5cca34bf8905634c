/** The shards of a source's images: which image is in which, what each is known by, and those that are there, for ingest. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { stretchesOf } from "../../../data/dataset/stretches.js";
import { readImageRows, TAKEN_FOLDER } from "../../../data/dataset/takenImages.js";
import { writeFetched } from "../../../data/source/fetched.js";
import type { EngineJob } from "../../../spec/engine/job.js";
import { ThawError } from "../../../spec/errors.js";
import type { ImageShard, TakenShard } from "../../../spec/images/imageShards.js";
import { SHARD_FILE } from "../../../spec/pipeline/artifactFiles.js";
import type { ImageSource } from "../../../spec/pipeline/run.js";
import { IMAGE_SHARD_KIND } from "../../../spec/pipeline/shards.js";
import type { StagePlan } from "../../../spec/pipeline/stages.js";
import {
  type ArtifactManifest,
  downloadArtifactFile,
  findManifest,
} from "../../../store/artifacts/artifacts.js";
import { artifactKey, canonicalJson, type KeyParts, sha256 } from "../../../store/artifacts/keys.js";
import type { Store } from "../../../store/connection/connection.js";
import { forEachParallel } from "../../../store/parallel.js";
import { pixelParameters, unlessGone } from "../earlierFeatures.js";
import { fetchMissing } from "../fetchable.js";
import type { FetchContext } from "../stageRunner.js";
import { type ReadableImage, type ReadableImages, readableImages } from "./readableImages.js";

/** Shards that are fetched at once, each of some objects of 256 MB at most. */
const FETCHED_AT_ONCE = 4;

/** @param most images of a shard @returns together they have all images that can be read, in their order */
export function imageShardsOf({ source, readable }: ReadableImages, most: number): readonly ImageShard[] {
  const paths = readable.map(({ image }) => image.path);
  // Files of a bucket or an upload are thaw's own copies.
  const within =
    source.within === undefined || readable.some(({ remote }) => remote) ? {} : { within: source.within };
  return stretchesOf(paths, most).map(([from, to]) => ({
    ...within,
    images: readable.slice(from, to).map(({ image }) => image),
  }));
}

/**
 * What a shard's artifact is known by: the bytes of its images, of an object in a bucket its address and version, and what decides which pixels they become. Neither
 * the set, nor names of files, nor labels, splits and seed count: a run that splits the same images otherwise reads none again.
 */
export function imageShardParts(
  { codeVersion, parameters }: Pick<StagePlan, "codeVersion" | "parameters">,
  { images }: ImageShard,
): KeyParts & { readonly key: string } {
  const parts: KeyParts = {
    kind: IMAGE_SHARD_KIND,
    codeVersion,
    parameters: pixelParameters(parameters),
    inputs: { images: sha256(canonicalJson(images.map(({ sha256, object }) => object ?? sha256))) },
    engine: null,
  };
  return { ...parts, key: artifactKey(parts) };
}

/**
 * The source of an ingest job whose images were read in shards. The shards are those of the source as it is listed now; what of them is not in the store is fetched,
 * and read by the job itself. They lie in the job's own folder, which the job clears: as it writes packs, their files go.
 * @param most images of a shard
 * @throws ThawError as `readableImages`
 */
export async function takeImageShards(
  given: ImageSource,
  workFolder: string,
  stage: StagePlan,
  most: number,
  out: string,
  fetching: FetchContext,
): Promise<Pick<Extract<EngineJob, { kind: "ingest" }>, "source" | "shards">> {
  const { store, report } = fetching;
  const listed = await readableImages(given, workFolder, fetching);
  const shards = imageShardsOf(listed, most);
  const places = shards.map(placesOf());
  const told = (phase: string): void => report({ phase, step: 0, total: 1 });
  const folder = join(out, TAKEN_FOLDER);
  const taken: TakenShard[] = [];
  const digests = new Map<string, string>();
  let looked = 0;
  await forEachParallel(shards.entries(), FETCHED_AT_ONCE, async ([index, shard]) => {
    fetching.signal.throwIfAborted();
    const place = { folder: join(folder, `${index}`), ...(places[index] as Places) };
    const own = async (): Promise<void> => {
      const { kind, key } = imageShardParts(stage, shard);
      const manifest = await findManifest(store, kind, key);
      if (manifest === undefined) return;
      const found = await fetchShard(store, manifest, shard, place.folder);
      for (const [position, { path }] of shard.images.entries()) digests.set(path, found[position] as string);
      if (manifest.usage !== undefined) fetching.held(manifest.usage);
      taken.push(place);
    };
    await unlessGone(told, own, `shard ${index + 1} of the images`);
    looked += 1;
    report({ phase: "fetching shards", step: looked, total: shards.length });
  });
  const isTaken = ({ image }: ReadableImage): boolean => digests.has(image.path);
  const missing = listed.readable.filter((image) => !isTaken(image));
  await fetchMissing(
    missing.flatMap(({ remote }) => remote ?? []),
    fetching,
  );
  const entries = listed.source.entries.map((entry) => {
    const sha256 = digests.get(entry.path);
    return sha256 === undefined ? entry : { ...entry, sha256 };
  });
  const list = join(folder, "source.jsonl");
  await writeFetched(list, { ...listed.source, entries });
  return { source: { fetched: list }, shards: taken.toSorted((one, other) => one.from - other.from) };
}

type Places = Pick<TakenShard, "from" | "images">;

function placesOf(): (shard: ImageShard) => Places {
  let next = 0;
  return ({ images: { length: images } }) => {
    const from = next;
    next += images;
    return { from, images };
  };
}

/** @returns SHA-256 of each image's bytes @throws ThawError NOT_FOUND, ARTIFACT_CORRUPT; then nothing is left of it */
async function fetchShard(
  store: Store,
  manifest: ArtifactManifest,
  { images }: ImageShard,
  folder: string,
): Promise<readonly string[]> {
  try {
    for (const { name } of manifest.files)
      await downloadArtifactFile(store, manifest, name, join(folder, name));
    const rows = await readImageRows(join(folder, SHARD_FILE));
    const isThat = images.every(
      ({ sha256 }, index) =>
        rows[index] !== undefined && (sha256 ?? rows[index].sha256) === rows[index].sha256,
    );
    if (rows.length === images.length && isThat) return rows.map(({ sha256 }) => sha256);
    throw new ThawError(
      "ARTIFACT_CORRUPT",
      `the artifact ${manifest.kind} ${manifest.key.slice(0, 12)} has other images than its key says`,
    );
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

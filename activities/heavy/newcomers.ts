/** The images of a source that a data set does not know, as files on this machine; a sample where there are very many. */
import { MOST_NEW } from "../../data/dataset/comparison.js";
import { sampled } from "../../data/sampled.js";
import { digestSource } from "../../data/source/digest.js";
import { digestCacheFile } from "../../data/source/digestCache.js";
import { listSource } from "../../data/source/source.js";
import type { DriftJob } from "../../spec/engine/job.js";
import { whyUnreadable } from "../../spec/images/unreadable.js";
import type { ImageSource } from "../../spec/pipeline/run.js";
import type { DatasetSummary, ImageRecord } from "../../spec/records/dataset.js";
import { knownImageSchema } from "../../spec/schemas/records/files.js";
import type { ArtifactManifest } from "../../store/artifacts/artifacts.js";
import { readArtifactLines } from "../../store/artifacts/lines.js";
import type { Store } from "../../store/connection/connection.js";
import { bucketReader } from "../../store/images/bucketReader.js";
import { fetchMissing } from "./fetchable.js";
import { remoteSource } from "./localSource.js";
import type { FetchContext } from "./stageRunner.js";

export interface Newcomers extends Pick<DriftJob, "files" | "found" | "within"> {
  /** Of all images of the source as they are listed now. */
  readonly digest: string;
}

/**
 * Known are images by path and bytes; in a bucket, whose listing does not tell bytes, by path.
 * @param dataset artifact of `ingest`
 * @throws ThawError those of `listSource`, NOT_FOUND (the upload, the list), STORE_…
 */
export async function newcomers(
  source: ImageSource,
  dataset: ArtifactManifest,
  workFolder: string,
  fetching: Pick<FetchContext, "store" | "report" | "signal">,
): Promise<Newcomers> {
  const isKnown = await knownTo(fetching.store, dataset);
  const chosenOf = <Image>(images: readonly Image[]): readonly Image[] =>
    sampled(images, MOST_NEW, "files of new images");
  const remote = await remoteSource(source, workFolder, { ...fetching, digests: {} });
  if (remote !== undefined) {
    const fresh = remote.images.filter(
      ({ entry: { path, sha256, leftOut } }) =>
        leftOut === undefined && whyUnreadable(sha256) === undefined && !isKnown(path, sha256),
    );
    const chosen = chosenOf(fresh);
    await fetchMissing(chosen, fetching);
    const files = chosen.map(({ entry: { path, file } }) => ({ path, file }));
    return { digest: remote.digest, found: fresh.length, files };
  }
  const { dataPath, upload: _none, ...reading } = source;
  const listed = await listSource(dataPath, bucketReader(fetching.store), reading);
  const { digest, files: bytes } = await digestSource(listed, digestCacheFile(workFolder));
  const fresh = listed.entries.filter(
    ({ path }) => whyUnreadable(bytes.get(path)) === undefined && !isKnown(path, bytes.get(path)),
  );
  return {
    digest,
    found: fresh.length,
    files: chosenOf(fresh).map(({ path, file }) => ({ path, file })),
    ...(listed.within === undefined ? {} : { within: listed.within }),
  };
}

async function knownTo(
  store: Store,
  dataset: ArtifactManifest,
): Promise<(path: string, sha256: string | undefined) => boolean> {
  const records = await readArtifactLines<ImageRecord>(store, dataset, "images.jsonl", knownImageSchema);
  const { quarantined } = dataset.summary as DatasetSummary;
  const paths = new Set([...records, ...quarantined].map(({ path }) => path));
  const bytes = new Set(records.map(({ sha256 }) => sha256));
  const leftOut = new Set(quarantined.map(({ path }) => path));
  return (path, sha256) => (sha256 === undefined ? paths.has(path) : bytes.has(sha256) || leftOut.has(path));
}

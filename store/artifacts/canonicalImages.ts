/** Single images of a version's data set on this machine, as the data set has them: its packs stay where they are. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactRef } from "../../spec/artifact.js";
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { Progress } from "../../spec/records/training.js";
import { imageLineSchema } from "../../spec/schemas/records/files.js";
import type { Store } from "../connection/connection.js";
import { forEachParallel } from "../parallel.js";
import { readArtifactRange, requireManifest } from "./artifacts.js";
import { readArtifactLines } from "./lines.js";

const IMAGES = "images.jsonl";
const PARALLEL = 8;

/**
 * @param wanted digests of source files; of a file that is there several times, one image
 * @param folder that they are written to
 * @returns the digests by the path of the image on this machine
 * @throws ThawError NOT_FOUND, ARTIFACT_CORRUPT, STORE_…
 */
export async function canonicalImages(
  store: Store,
  { artifacts }: ModelVersion,
  wanted: ReadonlySet<string>,
  folder: string,
  onProgress: (progress: Progress) => void,
): Promise<ReadonlyMap<string, string>> {
  const ingest = await requireManifest(store, artifacts.ingest as ArtifactRef);
  const records = await readArtifactLines<ImageRecord>(store, ingest, IMAGES, imageLineSchema);
  const chosen = new Map(
    records.filter(({ sha256 }) => wanted.has(sha256)).map((record) => [record.sha256, record]),
  );
  const all = [...chosen.values()].map((record, index) => ({ record, file: join(folder, `${index}.png`) }));
  let done = 0;
  await forEachParallel(all, PARALLEL, async ({ record: { pack, offset, length }, file }) => {
    // A range has no digest of its own; its PNG has a checksum for each chunk, which decoding checks.
    await writeFile(file, await readArtifactRange(store, ingest, pack, offset, length));
    onProgress({ phase: "fetching the newest images", step: ++done, total: all.length });
  });
  return new Map(all.map(({ record, file }) => [file, record.sha256]));
}

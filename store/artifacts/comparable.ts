/** What a `drift` job needs of a registered model, as files on this machine: weights, base, data set and held-out images. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactRef } from "../../spec/artifact.js";
import type { DriftJob, HeldOutFile } from "../../spec/engine/job.js";
import { ThawError } from "../../spec/errors.js";
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { Progress } from "../../spec/records/training.js";
import { imageLineSchema } from "../../spec/schemas/records/files.js";
import { shapedLines } from "../../spec/schemas/shaped.js";
import type { Store } from "../connection/connection.js";
import { forEachParallel } from "../parallel.js";
import {
  type ArtifactManifest,
  describeFile,
  readArtifactFile,
  readArtifactRange,
  requireManifest,
} from "./artifacts.js";
import { type BaseCheckpoint, localBase } from "./localBase.js";
import type { Told } from "./localFile.js";
import { localWeights } from "./localWeights.js";

export interface Comparing {
  readonly store: Store;
  readonly workFolder: string;
  readonly model: ModelVersion;
  readonly baseCheckpoint: BaseCheckpoint;
  /** An empty folder for the list and the images; weights and base are kept elsewhere. */
  readonly folder: string;
  /** Which of the data set's images are compared with. */
  readonly choose: (records: readonly ImageRecord[]) => readonly ImageRecord[];
  readonly told: Told;
  readonly onProgress: (progress: Progress) => void;
}

/** All of the job but the new images. */
export type ComparableModel = Omit<DriftJob, "files" | "within" | "found">;

const PARALLEL = 8;
const IMAGES = "images.jsonl";

/** @throws ThawError NOT_FOUND where something of the model is gone, ARTIFACT_CORRUPT, STORE_… */
export async function comparableModel(comparing: Comparing): Promise<ComparableModel> {
  const { store, workFolder, model, baseCheckpoint, folder, told, onProgress } = comparing;
  onProgress({ phase: "fetching the model", step: 0, total: 1 });
  const [weights, base] = await Promise.all([
    localWeights(store, workFolder, model, told),
    localBase(store, workFolder, model.base, model.baseSpec, baseCheckpoint, told),
  ]);
  return {
    kind: "drift",
    base,
    weights,
    background: model.background,
    keepShortSide: model.keepShortSide,
    ...(model.temperature === undefined ? {} : { temperature: model.temperature }),
    classes: model.classes,
    ...(model.golden === undefined ? {} : { golden: model.golden }),
    dataset: join(folder, IMAGES),
    heldOut: await heldOutImages(comparing),
  };
}

/** Writes the data set's list and its held-out images into the folder; the packs stay where they are. */
async function heldOutImages({
  store,
  model,
  folder,
  choose,
  onProgress,
}: Comparing): Promise<readonly HeldOutFile[]> {
  const ingest = await requireManifest(store, datasetOf(model));
  const list = await readArtifactFile(store, ingest, IMAGES);
  await writeFile(join(folder, IMAGES), list);
  const records = shapedLines<ImageRecord>(list, imageLineSchema, describeFile(ingest, IMAGES));
  const chosen = choose(records).map((record, index) => ({ record, file: join(folder, `${index}.png`) }));
  let done = 0;
  await forEachParallel(chosen, PARALLEL, async ({ record, file }) => {
    await writeFile(file, await canonicalImage(store, ingest, record));
    onProgress({ phase: "fetching held-out images", step: ++done, total: chosen.length });
  });
  return chosen.map(({ record: { path, label, width, height, format }, file }) => ({
    ...{ path, label, width, height, format },
    file,
  }));
}

/** A range has no digest of its own; its PNG has a checksum for each chunk, which decoding checks. */
function canonicalImage(
  store: Store,
  ingest: ArtifactManifest,
  { pack, offset, length }: ImageRecord,
): Promise<Buffer> {
  return readArtifactRange(store, ingest, pack, offset, length);
}

/** The data set that the version was trained and evaluated on. @throws ThawError NOT_FOUND where its record names none */
export function datasetOf({ name, version, artifacts }: ModelVersion): ArtifactRef {
  if (artifacts.ingest !== undefined) return artifacts.ingest;
  throw new ThawError("NOT_FOUND", `the record of ${name}@${version} names no data set`, {
    hint: "it was registered by another program: train the version anew",
  });
}

/** Holds new images against those that a registered model was evaluated on, in an engine process on this machine. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { witnesses } from "../../data/dataset/witnesses.js";
import { createEngine } from "../../engine/process.js";
import type { ArtifactRef } from "../../spec/artifact.js";
import type { HeldOutFile } from "../../spec/engine/job.js";
import { ThawError } from "../../spec/errors.js";
import type { Platform } from "../../spec/platform.js";
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { DriftReport } from "../../spec/records/drift.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { Progress } from "../../spec/records/training.js";
import { driftReportSchema } from "../../spec/schemas/cli/drift.js";
import { imageLineSchema } from "../../spec/schemas/records/files.js";
import { shapedLines } from "../../spec/schemas/shaped.js";
import {
  type ArtifactManifest,
  describeFile,
  readArtifactFile,
  readArtifactRange,
  requireManifest,
} from "../../store/artifacts/artifacts.js";
import { type BaseCheckpoint, localBase } from "../../store/artifacts/localBase.js";
import type { Told } from "../../store/artifacts/localFile.js";
import type { Store } from "../../store/connection/connection.js";
import { forEachParallel } from "../../store/parallel.js";
import { newImages } from "../images/newImages.js";
import { resolveModel } from "./reference.js";
import { requireSoundModel } from "./sound.js";
import { localWeights } from "./weights.js";

export interface DriftRequest {
  readonly store: Store;
  readonly platform: Pick<Platform, "workFolder">;
  /** `NAME`, `NAME@VERSION`, `NAME@ALIAS` or a run id. */
  readonly model: string;
  /** A folder of new images, or `s3://BUCKET/PREFIX`. */
  readonly where: string;
  /** Whether links in a folder may lead out of it. */
  readonly outside?: boolean;
  readonly baseCheckpoint: BaseCheckpoint;
  readonly told: Told;
  readonly onProgress: (progress: Progress) => void;
  /** Aborting it ends the engine. */
  readonly signal: AbortSignal;
}

export interface ModelDrift extends DriftReport {
  readonly model: { readonly name: string; readonly version: number };
}

/** New images that are read: half of them may be known or copies and there are still as many as are compared. */
const MOST_READ = 1000;
/** As many as `learn/drift/judge.ts` compares. */
const MOST_HELD_OUT = 500;
const PARALLEL = 8;
const IMAGES = "images.jsonl";

/** @throws ThawError NOT_FOUND for the model or its data set, DATA_NOT_FOUND, ARTIFACT_CORRUPT, ENGINE_FAILED, STORE_… */
export async function drift(request: DriftRequest): Promise<ModelDrift> {
  const { store, platform, baseCheckpoint, told, onProgress, signal } = request;
  const { workFolder } = platform;
  const model = await resolveModel(store, request.model);
  await requireSoundModel(store, model, told);
  const images = await newImages({ ...request, workFolder, most: MOST_READ });
  const folder = join(workFolder, "scratch");
  await mkdir(folder, { recursive: true });
  const scratch = await mkdtemp(join(folder, "drift-"));
  const engine = createEngine(() => undefined);
  try {
    onProgress({ phase: "fetching the model", step: 0, total: 1 });
    const [weights, base] = await Promise.all([
      localWeights(store, workFolder, model, told),
      localBase(store, workFolder, model.base, model.baseSpec, baseCheckpoint, told),
    ]);
    const heldOut = await heldOutImages(store, model, scratch, onProgress);
    const answer = await engine.run(
      {
        kind: "drift",
        base,
        weights,
        background: model.background,
        keepShortSide: model.keepShortSide,
        ...(model.temperature === undefined ? {} : { temperature: model.temperature }),
        classes: model.classes,
        ...(model.golden === undefined ? {} : { golden: model.golden }),
        dataset: join(scratch, IMAGES),
        heldOut,
        ...images,
      },
      { onProgress, signal },
    );
    const report: DriftReport = driftReportSchema.parse(answer);
    return { model: { name: model.name, version: model.version }, ...report };
  } finally {
    await engine.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Writes the data set's list and its held-out images into the folder; the packs stay where they are. */
async function heldOutImages(
  store: Store,
  model: ModelVersion,
  folder: string,
  onProgress: (progress: Progress) => void,
): Promise<readonly HeldOutFile[]> {
  const ingest = await requireManifest(store, datasetOf(model));
  const list = await readArtifactFile(store, ingest, IMAGES);
  await writeFile(join(folder, IMAGES), list);
  const records = shapedLines<ImageRecord>(
    list.toString("utf8"),
    imageLineSchema,
    describeFile(ingest, IMAGES),
  );
  const chosen = witnesses(records, MOST_HELD_OUT).map((record, index) => ({
    record,
    file: join(folder, `${index}.png`),
  }));
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

function datasetOf({ name, version, artifacts }: ModelVersion): ArtifactRef {
  if (artifacts.ingest !== undefined) return artifacts.ingest;
  throw new ThawError("NOT_FOUND", `the record of ${name}@${version} names no data set`, {
    hint: "it was registered by another program: train the version anew",
  });
}

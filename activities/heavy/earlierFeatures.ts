/** Finds features that earlier runs have computed with the same base, settings and code, of images that are here again. */
import { join } from "node:path";
import { IMAGES_FILE, readImageRecords } from "../../data/dataset/dataset.js";
import type { ArtifactRef } from "../../spec/artifact.js";
import type { EarlierFeatures } from "../../spec/engine/job.js";
import type { Bfloat16Arithmetic } from "../../spec/engine/precision.js";
import { ownArithmetic } from "../../spec/engine/processor.js";
import { ThawError } from "../../spec/errors.js";
import type { StageRequest } from "../../spec/pipeline/activities.js";
import { FEATURES_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { FeaturesSummary } from "../../spec/records/features.js";
import { type ArtifactManifest, findManifest, requireManifest } from "../../store/artifacts/artifacts.js";
import { canonicalJson, stageKey } from "../../store/artifacts/keys.js";
import { localArtifactFile, type Told } from "../../store/artifacts/localFile.js";
import type { Store } from "../../store/connection/connection.js";
import { unlessDamaged } from "../../store/record.js";
import { listVersions, readModel } from "../../store/records/records.js";
import type { TrainingDependencies } from "../context.js";
import { localArtifact } from "./localArtifacts.js";
import type { StageInputs } from "./stageRunner.js";

/** Earlier datasets that are looked at, the newest: each is a reading or two, and a version has most images of the one before. */
const MOST_DATASETS = 8;
/** Parameters of ingest that say which images are there and in which split, and nothing of what is kept of their pixels. */
const NOT_OF_PIXELS: ReadonlySet<string> = new Set([
  "test",
  "validation",
  "leaks",
  "seed",
  "met",
  "kept",
  "ties",
]);

/** The features of an earlier dataset, some of whose images are here again. */
export interface EarlierSet {
  readonly dataset: ArtifactRef;
  readonly features: ArtifactManifest;
  /** Its `images.jsonl` on this machine. */
  readonly images: string;
  readonly records: readonly ImageRecord[];
}

/** What is looked for in them. */
export interface Wanted {
  /** Of this dataset. */
  readonly ingest: ArtifactManifest;
  /** Asked for only where there are earlier datasets. */
  readonly records: () => Promise<readonly ImageRecord[]>;
}

/**
 * Nothing is found by listing: the key of the features artifact of each earlier dataset is that of this stage with the
 * other dataset in this one's place, so base, settings, seed, code version and engine are the same wherever there is one.
 * @param told what could not be taken, in a sentence
 * @param take what is gone or damaged meanwhile is not taken
 * @returns the newest first; each has images of this dataset that those before it have not
 */
export async function earlierSets<Taken>(
  { workFolder, engineFingerprint }: Pick<TrainingDependencies, "workFolder" | "engineFingerprint">,
  store: Store,
  request: StageRequest,
  { ingest: own, records }: Wanted,
  told: Told,
  take: (set: EarlierSet) => Promise<Taken>,
): Promise<readonly Taken[]> {
  const datasets = (await earlierDatasets(store, request)).filter(({ digest }) => digest !== own.digest);
  if (datasets.length === 0) return [];
  const missing = new Set((await records()).map(({ sha256 }) => sha256));
  const found: Taken[] = [];
  for (const dataset of datasets) {
    if (missing.size === 0) break;
    const one = await unlessGone(told, async () => {
      const key = stageKey(request.stage, { ingest: dataset.digest }, engineFingerprint);
      const features = await findManifest(store, request.stage.kind, key);
      if (features === undefined || !isAsAsked(features)) return undefined;
      const ingest = await requireManifest(store, dataset);
      if (!isDecodedAlike(ingest, own)) return undefined;
      const images = await localArtifactFile(store, workFolder, dataset, IMAGES_FILE, told);
      const those = await readImageRecords(images);
      const known = those.filter(({ sha256 }) => missing.has(sha256));
      if (known.length === 0) return undefined;
      const taken = await take({ dataset, features, images, records: those });
      for (const { sha256 } of known) missing.delete(sha256);
      return taken;
    });
    if (one !== undefined) found.push(one);
  }
  return found;
}

/** Their files on this machine. @param scratchOf where a dataset's activations are kept on this machine */
export async function earlierFeatures(
  dependencies: TrainingDependencies,
  store: Store,
  request: StageRequest,
  inputs: StageInputs,
  scratchOf: (dataset: ArtifactRef) => string,
  told: Told,
): Promise<readonly EarlierFeatures[]> {
  const wanted = {
    ingest: inputs.manifest("ingest"),
    records: async () => readImageRecords(join(await inputs.folder("ingest"), IMAGES_FILE)),
  };
  return earlierSets(dependencies, store, request, wanted, told, async ({ dataset, features, images }) => {
    const folder = await localArtifact(
      store,
      dependencies.workFolder,
      features,
      () => told("fetching features of earlier runs"),
      told,
    );
    return { images, features: join(folder, FEATURES_FILE), scratch: scratchOf(dataset) };
  });
}

/**
 * Whether their rows have the bits that this machine would compute: where the precision that was asked for did not do, or
 * the processor was of the other kind, others were computed under the same key. What does not say by which kind is none.
 * @param own arithmetic of this machine; it is asked only of rows in bfloat16
 */
export function isAsAsked(
  { summary }: Pick<ArtifactManifest, "summary">,
  own: () => Bfloat16Arithmetic = ownArithmetic,
): boolean {
  const { precision } = summary as FeaturesSummary;
  if (precision === undefined) return true;
  return precision.used === precision.asked && precision.arithmetic === own();
}

/** Of the versions that the retraining named; else of those that the model has. The newest first. */
async function earlierDatasets(store: Store, { run }: StageRequest): Promise<readonly ArtifactRef[]> {
  const named = run.earlier ?? (await datasetsOfModel(store, run.file.name));
  return named.toReversed().slice(0, MOST_DATASETS);
}

async function datasetsOfModel(store: Store, name: string): Promise<readonly ArtifactRef[]> {
  const numbers = (await listVersions(store, name)).slice(-MOST_DATASETS);
  const versions = await Promise.all(
    numbers.map((version) => unlessDamaged(readModel(store, name, version), [])),
  );
  const refs = versions.flatMap((version) => {
    const ingest = version?.artifacts.ingest;
    return ingest === undefined ? [] : [ingest];
  });
  return [...new Map(refs.map((ref) => [ref.digest, ref])).values()];
}

/** What decides which pixels a file becomes: what is not known to be of something else is part of it. */
export function pixelsOf({
  codeVersion,
  parameters,
}: Pick<ArtifactManifest, "codeVersion" | "parameters">): string | undefined {
  if (codeVersion === undefined) return undefined;
  return canonicalJson({ codeVersion, parameters: pixelParameters(parameters) });
}

/** Those of ingest's parameters that decide what becomes of a file by itself. */
export function pixelParameters(
  parameters: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !NOT_OF_PIXELS.has(name)));
}

/** Whether the same file became the same pixels in both. */
export function isDecodedAlike(
  one: Pick<ArtifactManifest, "codeVersion" | "parameters">,
  other: Pick<ArtifactManifest, "codeVersion" | "parameters">,
): boolean {
  const pixels = pixelsOf(one);
  return pixels !== undefined && pixels === pixelsOf(other);
}

/**
 * What is gone or damaged is computed anew: it is no input of the stage.
 * @param what it is, for people
 */
export async function unlessGone<Value>(
  told: Told,
  read: () => Promise<Value>,
  what = "features of an earlier run",
): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    const isGone = error instanceof ThawError && ["NOT_FOUND", "ARTIFACT_CORRUPT"].includes(error.code);
    if (!isGone) throw error;
    told(`${what} cannot be used again: ${error.message}`);
    return undefined;
  }
}

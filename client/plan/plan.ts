/** Says beforehand which stages of a run are in the store and which will run, and why. */
import { digestSource } from "../../data/source/digest.js";
import { digestCacheFile } from "../../data/source/digestCache.js";
import type { ArtifactRef } from "../../spec/artifact.js";
import type { RunInput } from "../../spec/pipeline/run.js";
import { inputsFrom, type StageKind, type StagePlan } from "../../spec/pipeline/stages.js";
import type { Platform } from "../../spec/platform.js";
import type { BaseComparison } from "../../spec/records/baseComparison.js";
import type { RecipeSummary } from "../../spec/records/recipe.js";
import { readingOf } from "../../spec/runFile/folders.js";
import type { RunFile } from "../../spec/runFile/runFile.js";
import {
  type ArtifactManifest,
  artifactIsWhole,
  findManifest,
  refOf,
} from "../../store/artifacts/artifacts.js";
import { stageKey } from "../../store/artifacts/keys.js";
import type { Store } from "../../store/connection/connection.js";
import { type KnownBases, withBases } from "../bases/ofFile.js";
import { type ListedSource, listImages } from "../images/list.js";
import { type Finding, foresee, type PlannedStage } from "./foresee.js";
import { whyNotThere } from "./nearestArtifact.js";

/** A session, or a store without Temporal. */
export interface PlanContext {
  readonly store: Store;
  readonly platform: Pick<Platform, "workFolder" | "embedded">;
}

export interface PlanOptions {
  /** This stage and those after it are made anew. */
  readonly from?: string;
  /** Datasets whose images keep their splits: of a run that goes on from one that a retraining started. */
  readonly earlier?: RunInput["earlier"];
  /** What the report of such a run says of the images that were new. */
  readonly drift?: RunInput["drift"];
  /** How deep such a run trains. */
  readonly depth?: RunInput["depth"];
  /** What `precision: auto` came to in the run that is gone on from. */
  readonly autoPrecision?: RunInput["autoPrecision"];
  /** What the bases' names mean; looked up when left out. */
  readonly recorded?: KnownBases;
  /** Ends the reading of the images, with its reason as the error. */
  readonly signal?: AbortSignal;
}

/**
 * Agrees with what the activities do (`activities/light/findArtifact.ts`): the same keys over the same digests.
 * @param source the images: on this machine, in a bucket, or uploaded
 * @param engineFingerprint of the TensorFlow build that the training worker has
 * @throws ThawError RUN_FILE_INVALID (layer groups), DATA_NOT_FOUND and others about the images, NOT_FOUND (the upload), STORE_UNREACHABLE, STORE_DENIED
 */
export async function planRun(
  { store, platform }: PlanContext,
  given: RunFile,
  source: ListedSource,
  engineFingerprint: string,
  { from, earlier, drift, depth, autoPrecision, recorded, signal }: PlanOptions = {},
): Promise<readonly PlannedStage[]> {
  const named = { ...source, ...readingOf(given) };
  const images = await digestOf(named, store, platform.workFolder, signal);
  const run = await withBases(store, given, { source, platform, ...(recorded && { recorded }) });
  const asked = {
    ...(from === undefined ? {} : { from }),
    ...(earlier === undefined ? {} : { earlier }),
    ...(drift === undefined ? {} : { drift }),
    ...(depth === undefined ? {} : { depth }),
    ...(autoPrecision === undefined ? {} : { autoPrecision }),
  };
  return foresee({ ...run, ...asked }, (stage, made) => {
    const inputs = Object.entries(inputsFrom(stage, made)).map(([name, { digest }]) => [name, digest]);
    const digests = stage.kind === "ingest" ? { source: images } : Object.fromEntries(inputs);
    return lookUp(store, stage, digests, engineFingerprint);
  });
}

async function digestOf(
  source: ListedSource,
  store: Store,
  workFolder: string,
  signal?: AbortSignal,
): Promise<string> {
  const images = await listImages(store, source);
  if (source.upload !== undefined) return source.upload;
  return (await digestSource(images, digestCacheFile(workFolder), () => signal?.throwIfAborted())).digest;
}

/** @param digests of its inputs' contents, by name */
async function lookUp(
  store: Store,
  stage: StagePlan,
  digests: Readonly<Record<string, string>>,
  engineFingerprint: string,
): Promise<Finding> {
  const manifest = await findManifest(store, stage.kind, stageKey(stage, digests, engineFingerprint));
  if (manifest === undefined) return { why: await whyNotThere(store, stage, digests, engineFingerprint) };
  const short = manifest.digest.slice(0, 12);
  if (!(await artifactIsWhole(store, manifest)))
    return { why: `data of the artifact ${short} were deleted from the store` };
  const outcome = outcomeOf(stage.kind, manifest);
  const chose = outcome.base === undefined ? "" : `, which chose ${outcome.base}`;
  return { artifact: refOf(manifest), why: `the artifact ${short} is in the store${chose}`, outcome };
}

/** What the run would go on with. */
function outcomeOf(
  kind: StageKind,
  { summary }: ArtifactManifest,
): (Finding & { artifact: ArtifactRef })["outcome"] {
  if (kind === "base") return { base: (summary as BaseComparison).chosen };
  return kind === "recipe" ? { decision: (summary as RecipeSummary).decision } : {};
}

/** Looks a stage's artifact up by the digest of everything it depends on. */

import { ThawError } from "../../spec/errors.js";
import type { MissedArtifact, StageOutcome, StageRequest } from "../../spec/pipeline/activities.js";
import type { BaseComparison } from "../../spec/records/baseComparison.js";
import type { DatasetSummary } from "../../spec/records/dataset.js";
import type { RecipeSummary } from "../../spec/records/recipe.js";
import type { TrainingSummary } from "../../spec/records/training.js";
import { readingOf } from "../../spec/runFile/folders.js";
import { warningsOfArtifact } from "../../spec/warnings/warnings.js";
import {
  type ArtifactManifest,
  artifactIsWhole,
  dropManifest,
  findManifest,
  refOf,
} from "../../store/artifacts/artifacts.js";
import { stageKey } from "../../store/artifacts/keys.js";
import { readRedirect } from "../../store/artifacts/redirects.js";
import type { Store } from "../../store/connection/connection.js";
import type { ControlDependencies } from "../context.js";
import { sourceDigest } from "../heavy/source.js";
import { noteOf } from "../notes.js";

/** Digests of what the stage reads, by name. For ingest that is the source itself. */
export async function inputDigests(
  { store, workFolder }: ControlDependencies,
  { run, stage, inputs }: StageRequest,
): Promise<Record<string, string>> {
  if (stage.kind === "ingest")
    return { source: await sourceDigest({ ...run, ...readingOf(run.file) }, workFolder, store) };
  return Object.fromEntries(Object.entries(inputs).map(([name, ref]) => [name, ref.digest]));
}

/** What the stage's artifact is known by, before anything is asked of the store. */
export interface StageIdentity {
  readonly key: string;
  readonly digests: Record<string, string>;
}

export async function identify(
  dependencies: ControlDependencies,
  request: StageRequest,
): Promise<StageIdentity> {
  const digests = await inputDigests(dependencies, request);
  return { key: stageKey(request.stage, digests, dependencies.engineFingerprint), digests };
}

interface LookedUp extends StageIdentity {
  /** Undefined when the artifact has to be made. */
  readonly manifest: ArtifactManifest | undefined;
  /** Why an artifact that there was has to be made anew. */
  readonly miss?: string;
}

export async function lookUp(
  dependencies: ControlDependencies,
  request: StageRequest,
  identity?: StageIdentity,
): Promise<LookedUp> {
  const { key, digests } = identity ?? (await identify(dependencies, request));
  return { key, digests, ...(await findOwn(dependencies.store, request, key)) };
}

type Found = Pick<LookedUp, "manifest" | "miss">;

/** The artifact of that key, or the one that the run has made in its place. */
async function findOwn(store: Store, request: StageRequest, key: string): Promise<Found> {
  const found = await findWhole(store, request.stage.kind, key);
  if (found.manifest !== undefined || found.miss !== undefined) return found;
  const redirect = await readRedirect(store, request.run.runId, key);
  return redirect === undefined ? found : findOwn(store, request, redirect.key);
}

/** One that is torn or damaged goes, so that it can be made anew. */
export async function findWhole(store: Store, kind: string, key: string): Promise<Found> {
  const manifest = await findUndamaged(store, kind, key);
  if (manifest === undefined) return { manifest };
  if (manifest !== "damaged" && (await artifactIsWhole(store, manifest))) return { manifest };
  // Deleted by hand, or torn: the stage is made again instead of failing later.
  await dropManifest(store, kind, key);
  const why =
    manifest === "damaged"
      ? "the artifact's manifest was damaged"
      : "data of the artifact were deleted from the store";
  return { manifest: undefined, miss: `made anew: ${why}` };
}

/** Reads twice before it calls a manifest damaged: an answer may be, and the manifest is dropped then. */
async function findUndamaged(
  store: Store,
  kind: string,
  key: string,
  readings = 2,
): Promise<ArtifactManifest | "damaged" | undefined> {
  try {
    return await findManifest(store, kind, key);
  } catch (error) {
    if (!(error instanceof ThawError && error.code === "ARTIFACT_CORRUPT")) throw error;
    return readings > 1 ? findUndamaged(store, kind, key, readings - 1) : "damaged";
  }
}

/** Of an ingest artifact. */
function imagesIn({ summary }: ArtifactManifest): Pick<StageOutcome, "images"> {
  const { images } = summary as Partial<DatasetSummary>;
  return images === undefined ? {} : { images };
}

export function outcomeOf(manifest: ArtifactManifest, cached: boolean): StageOutcome {
  const kept = manifest.kind === "tune" ? (manifest.summary as { kept: boolean }).kept : undefined;
  const base = manifest.kind === "base" ? (manifest.summary as BaseComparison).chosen : undefined;
  const decision = manifest.kind === "recipe" ? (manifest.summary as RecipeSummary).decision : undefined;
  const warnings = warningsOfArtifact(manifest.kind, manifest.summary);
  const reached =
    manifest.kind === "head" || kept === true ? (manifest.summary as TrainingSummary) : undefined;
  return {
    artifact: refOf(manifest),
    cached,
    note: noteOf(manifest),
    ...(kept === undefined ? {} : { kept }),
    ...(decision === undefined ? {} : { decision }),
    ...(base === undefined ? {} : { base }),
    ...(manifest.kind === "ingest" ? imagesIn(manifest) : {}),
    ...(Number.isFinite(reached?.validationAccuracy)
      ? { validationAccuracy: reached?.validationAccuracy as number }
      : {}),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

export async function findArtifact(
  dependencies: ControlDependencies,
  request: StageRequest,
): Promise<StageOutcome | MissedArtifact | undefined> {
  const { manifest, miss } = await lookUp(dependencies, request);
  if (manifest !== undefined) return outcomeOf(manifest, true);
  return miss === undefined ? undefined : { miss };
}

/** Looks a stage's artifact up by the digest of everything it depends on. */
import type { StageOutcome, StageRequest } from "../spec/activities.js";
import type { BaseComparison } from "../spec/baseComparison.js";
import type { RecipeSummary } from "../spec/recipe.js";
import {
  type ArtifactManifest,
  artifactIsWhole,
  dropManifest,
  findManifest,
  refOf,
} from "../store/artifacts.js";
import { stageKey } from "../store/keys.js";
import type { ControlDependencies } from "./context.js";
import { noteOf } from "./notes.js";
import { sourceDigest } from "./source.js";

/** Digests of what the stage reads, by name. For ingest that is the source itself. */
export async function inputDigests(
  dependencies: ControlDependencies,
  { run, stage, inputs }: StageRequest,
): Promise<Record<string, string>> {
  if (stage.kind === "ingest") return { source: await sourceDigest(run.dataPath, dependencies.workFolder) };
  return Object.fromEntries(Object.entries(inputs).map(([name, ref]) => [name, ref.digest]));
}

/** The stage's artifact and its key; the artifact is undefined when it has to be made. */
export async function lookUp(
  dependencies: ControlDependencies,
  request: StageRequest,
): Promise<{ key: string; digests: Record<string, string>; manifest: ArtifactManifest | undefined }> {
  const { store, engineFingerprint } = dependencies;
  const digests = await inputDigests(dependencies, request);
  const key = stageKey(request.stage, digests, engineFingerprint);
  const manifest = await findManifest(store, request.stage.kind, key);
  if (manifest === undefined || (await artifactIsWhole(store, manifest))) return { key, digests, manifest };
  // Data that somebody deleted by hand: the stage is made again instead of failing later.
  await dropManifest(store, request.stage.kind, key);
  return { key, digests, manifest: undefined };
}

export function outcomeOf(manifest: ArtifactManifest, cached: boolean): StageOutcome {
  const kept = manifest.kind === "tune" ? (manifest.summary as { kept: boolean }).kept : undefined;
  const base = manifest.kind === "base" ? (manifest.summary as BaseComparison).chosen : undefined;
  const decision = manifest.kind === "recipe" ? (manifest.summary as RecipeSummary).decision : undefined;
  return {
    artifact: refOf(manifest),
    cached,
    note: noteOf(manifest),
    ...(kept === undefined ? {} : { kept }),
    ...(decision === undefined ? {} : { decision }),
    ...(base === undefined ? {} : { base }),
  };
}

export async function findArtifact(
  dependencies: ControlDependencies,
  request: StageRequest,
): Promise<StageOutcome | undefined> {
  const { manifest } = await lookUp(dependencies, request);
  return manifest && outcomeOf(manifest, true);
}

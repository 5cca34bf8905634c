/** Fetches what a run or a model has made: files of its stages, and its report. */
import { stat } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import type { ArtifactRef } from "../../spec/artifact.js";
import { ThawError } from "../../spec/errors.js";
import type { BaseComparison } from "../../spec/records/baseComparison.js";
import type { Warning } from "../../spec/warnings/warning.js";
import { warningsOfArtifact, warningsOfStages } from "../../spec/warnings/warnings.js";
import {
  type ArtifactManifest,
  downloadArtifactFile,
  readArtifactFile,
  requireManifest,
} from "../../store/artifacts/artifacts.js";
import type { Store } from "../../store/connection/connection.js";
import { unwritable } from "../writeOut.js";

/** A run's result, a model version or `{ artifacts: artifactsOf(view) }`. */
export interface ArtifactOwner {
  readonly artifacts: Readonly<Record<string, ArtifactRef>>;
}

export interface StageFiles {
  readonly stage: string;
  readonly artifact: ArtifactRef;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

export interface GetProgress {
  readonly file: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** The stages and their files, in the order of the run. */
export async function listFiles(store: Store, owner: ArtifactOwner): Promise<readonly StageFiles[]> {
  return Promise.all(
    Object.entries(owner.artifacts).map(async ([stage, artifact]) => {
      const { files } = await requireManifest(store, artifact);
      return { stage, artifact, files: files.map(({ name, size }) => ({ name, bytes: size })) };
    }),
  );
}

/**
 * What the artifacts say of images and figures, the strongest first: also of a run that goes on or has failed, and of
 * one whose record is older than warnings are.
 */
export async function warningsOfArtifacts(
  store: Store,
  { artifacts }: ArtifactOwner,
): Promise<readonly Warning[]> {
  const stages = await Promise.all(
    Object.entries(artifacts).map(async ([name, artifact]) => {
      const { kind, summary } = await requireManifest(store, artifact);
      return { name, warnings: warningsOfArtifact(kind, summary) };
    }),
  );
  return warningsOfStages(stages);
}

/** The comparison of bases that the run made; undefined where it started from one. */
export async function comparisonOf(
  store: Store,
  { artifacts }: ArtifactOwner,
): Promise<BaseComparison | undefined> {
  const { base } = artifacts;
  return base === undefined ? undefined : ((await requireManifest(store, base)).summary as BaseComparison);
}

/**
 * Downloads, checking digests.
 * @param what a stage, `tune-2`, for all of its files; or one file, `tune-2/weights.safetensors`
 * @param destination a folder; for one file also the path of a file that may not exist yet
 * @returns absolute paths of the files written
 * @throws ThawError NOT_FOUND with what there is; USAGE where nothing can be written
 */
export async function getArtifact(
  store: Store,
  owner: ArtifactOwner,
  what: string,
  destination: string,
  onProgress: (progress: GetProgress) => void,
): Promise<readonly string[]> {
  const slash = what.indexOf("/");
  const stage = slash < 0 ? what : what.slice(0, slash);
  const manifest = await manifestOf(store, owner, stage);
  const single = slash < 0 ? undefined : what.slice(slash + 1);
  const files = single === undefined ? manifest.files : [fileOf(manifest, stage, single)];
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  const intoFolder = single === undefined || (await isFolder(destination));
  const written: string[] = [];
  let doneBytes = 0;
  for (const { name, size } of files) {
    onProgress({ file: name, doneBytes, totalBytes });
    const path = resolve(intoFolder ? join(destination, name) : destination);
    await downloadArtifactFile(store, manifest, name, path).catch((error: unknown) => {
      throw unwritable(path, name, error);
    });
    written.push(path);
    doneBytes += size;
    onProgress({ file: name, doneBytes, totalBytes });
  }
  return written;
}

/**
 * The run's report as it was stored.
 * @throws ThawError NOT_FOUND when the run has none (yet)
 */
export async function readReport(
  store: Store,
  owner: ArtifactOwner,
  format: "html" | "json" = "html",
): Promise<Buffer> {
  return readArtifactFile(store, await manifestOf(store, owner, "report"), `report.${format}`);
}

async function manifestOf(
  store: Store,
  { artifacts }: ArtifactOwner,
  stage: string,
): Promise<ArtifactManifest> {
  const ref = Object.hasOwn(artifacts, stage) ? artifacts[stage] : undefined;
  if (ref !== undefined) return requireManifest(store, ref);
  const stages = Object.keys(artifacts);
  throw new ThawError("NOT_FOUND", `there is no artifact of a stage "${stage}"`, {
    hint: stages.length === 0 ? "no stage has ended yet" : `stages with artifacts: ${stages.join(", ")}`,
  });
}

function fileOf(manifest: ArtifactManifest, stage: string, name: string): ArtifactManifest["files"][number] {
  const file = manifest.files.find((candidate) => candidate.name === name);
  if (file !== undefined) return file;
  throw new ThawError("NOT_FOUND", `the stage ${stage} has no file "${name}"`, {
    hint: `it has ${manifest.files.map((candidate) => candidate.name).join(", ") || "none"}`,
  });
}

async function isFolder(path: string): Promise<boolean> {
  if (path.endsWith("/") || path.endsWith(sep)) return true;
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** A run's base as files on this machine: from a package, or from the store. */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { WEIGHTS_FILE } from "../spec/artifactFiles.js";
import type { BaseChoice, BaseSpec } from "../spec/base.js";
import { downloadArtifactFile, downloadObject, requireManifest } from "./artifacts.js";
import type { Store } from "./connection.js";

/**
 * @param name as the run file has it
 * @param spec what it means where it is not a base of the catalogue
 * @param baseCheckpoint checkpoint file of a base of the catalogue, fetched if need be
 * @throws ThawError NOT_FOUND when files were deleted from the store, ARTIFACT_CORRUPT, STORE_UNREACHABLE
 */
export async function localBase(
  store: Store,
  workFolder: string,
  name: string,
  spec: BaseSpec | undefined,
  baseCheckpoint: (name: string) => Promise<string>,
): Promise<BaseChoice> {
  if (spec === undefined) return { name, checkpoint: await baseCheckpoint(name) };
  const { architecture, checkpoint, pixelScale, extractor } = spec;
  const layers: string[] = [];
  for (const layer of spec.layers) {
    const manifest = await requireManifest(store, layer);
    const file = manifest.files.find((candidate) => candidate.name === WEIGHTS_FILE);
    const path = fileIn(workFolder, file?.digest ?? layer.digest);
    if (!(await isThere(path, file?.size))) await downloadArtifactFile(store, manifest, WEIGHTS_FILE, path);
    layers.push(path);
  }
  return {
    name: spec.name,
    architecture,
    layers,
    ...(pixelScale === undefined ? {} : { pixelScale }),
    ...(extractor === undefined ? {} : { extractor }),
    checkpoint:
      checkpoint === undefined
        ? await baseCheckpoint(architecture)
        : await localCheckpoint(store, workFolder, spec.name, checkpoint),
  };
}

async function localCheckpoint(
  store: Store,
  workFolder: string,
  name: string,
  { digest, size }: NonNullable<BaseSpec["checkpoint"]>,
): Promise<string> {
  const path = fileIn(workFolder, digest);
  if (!(await isThere(path, size)))
    await downloadObject(store, digest, `the checkpoint of base ${name}`, path);
  return path;
}

const fileIn = (workFolder: string, digest: string): string => join(workFolder, "bases", digest);

/** Files appear whole, with their digest checked: the size tells whether this is one. */
async function isThere(path: string, size: number | undefined): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.size === size;
}

/** A run's base as files on this machine: from a package, or from the store. */

import type { BaseChoice, BaseSpec } from "../../spec/base.js";
import { WEIGHTS_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { Store } from "../connection/connection.js";
import { downloadObject } from "./artifacts.js";
import { baseFileIn, isThere, localArtifactFile } from "./localFile.js";

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
  const { architecture, checkpoint, weights, pixelScale, inputSize, extractor } = spec;
  const layers: string[] = [];
  for (const layer of spec.layers) {
    layers.push(await localArtifactFile(store, workFolder, layer, WEIGHTS_FILE));
  }
  return {
    name: spec.name,
    architecture,
    layers,
    ...(weights === undefined ? {} : { weights }),
    ...(pixelScale === undefined ? {} : { pixelScale }),
    ...(inputSize === undefined ? {} : { inputSize }),
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
  const path = baseFileIn(workFolder, digest);
  if (!(await isThere(path, size)))
    await downloadObject(store, digest, `the checkpoint of base ${name}`, path);
  return path;
}

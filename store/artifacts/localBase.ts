/** A run's base as files on this machine: from a package, or from the store. */

import type { BaseChoice, BaseSpec } from "../../spec/base.js";
import { WEIGHTS_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { Store } from "../connection/connection.js";
import { baseFileIn, fetchUnlessIntact, localArtifactFile, type Told } from "./localFile.js";

/** Checkpoint file of a base of the catalogue, whole; fetched if need be. @param told when it has to be fetched anew */
export type BaseCheckpoint = (name: string, told: Told) => Promise<string>;

/**
 * @param name as the run file has it
 * @param spec what it means where it is not a base of the catalogue
 * @param baseCheckpoint checkpoint file of a base of the catalogue, fetched if need be
 * @param told of copies that are fetched anew
 * @throws ThawError NOT_FOUND when files were deleted from the store, ARTIFACT_CORRUPT, STORE_UNREACHABLE
 */
export async function localBase(
  store: Store,
  workFolder: string,
  name: string,
  spec: BaseSpec | undefined,
  baseCheckpoint: BaseCheckpoint,
  told: Told,
): Promise<BaseChoice> {
  if (spec === undefined) return { name, checkpoint: await baseCheckpoint(name, told) };
  const { architecture, checkpoint, weights, pixelScale, inputSize, view, colourOrder, normEpsilon } = spec;
  const { bands, extractor, golden } = spec;
  const layers: string[] = [];
  for (const layer of spec.layers) {
    layers.push(await localArtifactFile(store, workFolder, layer, WEIGHTS_FILE, told));
  }
  return {
    name: spec.name,
    architecture,
    layers,
    ...(weights === undefined ? {} : { weights }),
    ...(pixelScale === undefined ? {} : { pixelScale }),
    ...(inputSize === undefined ? {} : { inputSize }),
    ...(view === undefined ? {} : { view }),
    ...(colourOrder === undefined ? {} : { colourOrder }),
    ...(normEpsilon === undefined ? {} : { normEpsilon }),
    ...(bands === undefined ? {} : { bands }),
    ...(extractor === undefined ? {} : { extractor }),
    ...(golden === undefined ? {} : { golden }),
    checkpoint:
      checkpoint === undefined
        ? await baseCheckpoint(architecture, told)
        : await localCheckpoint(store, workFolder, spec.name, checkpoint, told),
  };
}

async function localCheckpoint(
  store: Store,
  workFolder: string,
  name: string,
  { digest }: NonNullable<BaseSpec["checkpoint"]>,
  told: Told,
): Promise<string> {
  const path = baseFileIn(workFolder, digest);
  await fetchUnlessIntact(store, digest, `the checkpoint of base ${name}`, path, told);
  return path;
}

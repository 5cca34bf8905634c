/** The base as a fixed feature extractor: pooled features of every view of every image. */
import { join } from "node:path";
import { FEATURES_FILE } from "../../spec/pipeline/artifactFiles.js";
import { groupIndex } from "../bases/architecture.js";
import { chosenBase } from "../bases/chosen.js";
import { loadSound } from "../network/tryOut.js";
import { boundaryFile, computeActivations, pixelFile } from "./activations.js";
import type { StageContext } from "./job.js";

export interface FeaturesSummary {
  readonly rows: number;
  readonly length: number;
  readonly views: number;
  readonly seconds: number;
}

/**
 * @param deepest layer groups that later stages will unfreeze: the activations that enter them fall out
 *   of the same pass, and are kept in the scratch folder
 */
export async function extractFeatures(
  context: StageContext,
  deepest: readonly string[],
  keepPixels: boolean,
): Promise<FeaturesSummary> {
  const base = chosenBase(context.base);
  const parameters = await loadSound(base, context.base);
  const boundaries = new Map(
    deepest.map((name) => [groupIndex(base.architecture, name), boundaryFile(context.folders.scratch, name)]),
  );
  const { rows, seconds } = await computeActivations(context, parameters, {
    features: join(context.folders.out, FEATURES_FILE),
    boundaries,
    ...(keepPixels ? { pixels: pixelFile(context.folders.scratch) } : {}),
  });
  return { rows, length: base.architecture.features, views: context.augment.views, seconds };
}

/** The base as a fixed feature extractor: pooled features of every view of every image. */
import { join } from "node:path";
import type { EarlierFeatures, RecipeJobSettings } from "../../spec/engine/job.js";
import { FEATURES_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { FeaturesSummary } from "../../spec/records/features.js";
import { PIXELS } from "../bases/activationSizes.js";
import { groupIndex } from "../bases/architecture.js";
import { mostStages } from "../evidence/decision.js";
import { datasetEvidence } from "../evidence/ofDataset.js";
import { allViews } from "../samples/render.js";
import { chooseFiles } from "../scratch/keep.js";
import { beginPass, boundaryFile, computeActivations, keptFiles, pixelFile } from "./activations.js";
import type { StageContext } from "./job.js";
import { findReuse } from "./reuse.js";

/**
 * @param deepest layer groups that later stages will unfreeze: the activations that enter them fall out
 *   of the same pass, and are kept in the scratch folder
 * @param earlier features of other sets, computed with the same base, settings, seed, engine and code from images that
 *   were decoded alike: those of images that are here again are copied, which gives the same bytes
 * @param asked of the recipe: nothing is kept for stages that it will leave out whatever the features are; all stages
 *   run where it is left out
 */
export async function extractFeatures(
  context: StageContext,
  deepest: readonly string[],
  keepPixels: boolean,
  earlier: readonly EarlierFeatures[] = [],
  asked?: RecipeJobSettings,
): Promise<FeaturesSummary> {
  const { base, parameters, records, summary, precision, checked } = await beginPass(context);
  const views = allViews({ records }, [...records.keys()], context.augment.views);
  const most = asked && mostStages({ ...asked, evidence: datasetEvidence(summary, records) });
  const groups = new Map(deepest.slice(0, most).map((name) => [groupIndex(base.architecture, name), name]));
  // The earlier ones are in the precision that was asked for.
  const alike = precision?.used === "float32" ? [] : earlier;
  const { scratch, out } = context.folders;
  const wanted = await keptFiles(checked, [...groups.values()], keepPixels);
  const { kept, missing, said } = await chooseFiles(
    checked,
    wanted,
    alike.flatMap((set) => set.scratch ?? []),
  );
  const isWritten = (name: string): boolean => kept.has(name) && missing.has(name);
  const fitting = new Map([...groups].filter(([, name]) => isWritten(name)));
  const keepsPixels = isWritten(PIXELS);
  const reuse = await findReuse(checked, alike, records, views, { boundaries: fitting, pixels: keepsPixels });
  const writesBeside = reuse?.writesBeside ?? true;
  const boundaries = [...fitting].map(
    ([group, name]) => [group, boundaryFile(scratch, name, context)] as const,
  );
  const { rows, seconds, speed } = await computeActivations(checked, parameters, {
    features: join(out, FEATURES_FILE),
    boundaries: new Map(writesBeside ? boundaries : []),
    ...(keepsPixels && writesBeside ? { pixels: pixelFile(scratch) } : {}),
    views,
    ...(reuse === undefined ? {} : { known: reuse.known }),
  });
  return {
    ...{ rows, length: base.architecture.features, views: context.augment.views, seconds },
    images: records.length,
    ...(speed === undefined ? {} : { speed }),
    ...(reuse?.reused === undefined ? {} : { reused: reuse.reused }),
    ...(reuse?.shards === undefined ? {} : { shards: reuse.shards }),
    ...(precision === undefined ? {} : { precision }),
    ...(wanted.length === 0 ? {} : { activations: said }),
  };
}

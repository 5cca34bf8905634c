/** The base as a fixed feature extractor: pooled features of every view of every image. */
import { join } from "node:path";
import type { EarlierFeatures, RecipeJobSettings } from "../../spec/engine/job.js";
import { FEATURES_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { FeaturesSummary, KeptActivations } from "../../spec/records/features.js";
import { PIXELS } from "../bases/activationSizes.js";
import { groupIndex } from "../bases/architecture.js";
import { dependsOnProbe, mostStages, stagesByProbe } from "../evidence/decision.js";
import { datasetEvidence } from "../evidence/ofDataset.js";
import { allViews } from "../samples/render.js";
import { viewRows } from "../samples/views.js";
import { chooseFiles, type KeptFile } from "../scratch/keep.js";
import { keepProbe } from "../scratch/probe.js";
import { matrix } from "../transferability/matrix.js";
import { probedImages, probeEvidence, probeOf } from "../transferability/probed.js";
import { beginPass, boundaryFile, computeActivations, keptFiles, pixelFile } from "./activations.js";
import type { StageContext } from "./job.js";
import { findReuse } from "./reuse.js";

/**
 * @param deepest layer groups that later stages will unfreeze: the activations that enter them fall out
 *   of the same pass, and are kept in the scratch folder
 * @param earlier features of other sets, computed with the same base, settings, seed, engine and code from images that
 *   were decoded alike: those of images that are here again are copied, which gives the same bytes
 * @param asked of the recipe: nothing is kept for stages that it will leave out. Where that depends on the features, those
 *   of the plain views come first. All stages run where it is left out
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
  const situation = asked && { ...asked, evidence: datasetEvidence(summary, records) };
  const most = situation && mostStages(situation);
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
  const written = new Map(writesBeside ? boundaries : []);
  let dropped: readonly string[] = [];
  /** The recipe's own question, asked when it can be answered. */
  const probeFirst = (asking: NonNullable<typeof situation>) => {
    const probed = probedImages(summary, records, context.seed);
    const { firstRow } = viewRows(records, context.augment.views);
    const choose = async (values: Float32Array): Promise<ReadonlySet<number>> => {
      const features = matrix(probed.images.length, base.architecture.features, values);
      const probe = probeOf(probed, features, (step, total) =>
        context.onProgress({ phase: "linear probe", step, total }),
      );
      await keepProbe(context, probed, features, probe);
      const evidence = { ...asking.evidence, ...probeEvidence(probed, records, probe) };
      const stages = stagesByProbe({ ...asking, evidence });
      const wantedStill = new Set(deepest.slice(0, stages));
      dropped = [...groups.values()].filter((name) => !wantedStill.has(name));
      if (dropped.length > 0) {
        const phase = `no activations of ${dropped.join(" and ")}: the recipe will leave out what reads them`;
        context.onProgress({ phase, step: 0, total: 1 });
      }
      return new Set([...fitting].filter(([, name]) => wantedStill.has(name)).map(([group]) => group));
    };
    return { rows: probed.images.map((image) => firstRow[image] as number), choose };
  };
  const first =
    situation && written.size > 0 && dependsOnProbe(situation) ? probeFirst(situation) : undefined;
  const { rows, seconds, speed } = await computeActivations(checked, parameters, {
    features: join(out, FEATURES_FILE),
    boundaries: written,
    ...(keepsPixels && writesBeside ? { pixels: pixelFile(scratch) } : {}),
    views,
    ...(reuse === undefined ? {} : { known: reuse.known }),
    ...(first === undefined ? {} : { first }),
  });
  const activations = dropped.length === 0 ? said : without(said, wanted, dropped);
  return {
    ...{ rows, length: base.architecture.features, views: context.augment.views, seconds },
    images: records.length,
    ...(speed === undefined ? {} : { speed }),
    ...(reuse?.reused === undefined ? {} : { reused: reuse.reused }),
    ...(reuse?.shards === undefined ? {} : { shards: reuse.shards }),
    ...(precision === undefined ? {} : { precision }),
    ...(wanted.length === dropped.length ? {} : { activations }),
  };
}

/** What is said of the files once some of them are not wanted any more. */
function without(
  { kept, recomputed, ...bytes }: KeptActivations,
  files: readonly KeptFile[],
  dropped: readonly string[],
): KeptActivations {
  const gone = files.filter(({ name }) => dropped.includes(name));
  const sizeOf = (those: readonly KeptFile[]): number => those.reduce((sum, one) => sum + one.bytes, 0);
  return {
    bytes: bytes.bytes - sizeOf(gone.filter(({ name }) => kept.includes(name))),
    wanted: bytes.wanted - sizeOf(gone),
    kept: kept.filter((name) => !dropped.includes(name)),
    recomputed: recomputed.filter((name) => !dropped.includes(name)),
  };
}

/** A fold as a dataset of its own: records whose splits are the fold's, and activations in the order of their rows. */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { countImages } from "../../../data/dataset/checks.js";
import { IMAGES_FILE, SUMMARY_FILE } from "../../../data/dataset/dataset.js";
import { viewsOf } from "../../../data/views/count.js";
import { spareBytes } from "../../../files/scratch.js";
import { ThawError } from "../../../spec/errors.js";
import { FEATURES_FILE } from "../../../spec/pipeline/artifactFiles.js";
import type { DatasetSummary, ImageRecord, Split } from "../../../spec/records/dataset.js";
import { boundaryCandidate } from "../../bases/activationSizes.js";
import { groupIndex } from "../../bases/architecture.js";
import { chosenBase } from "../../bases/chosen.js";
import type { Parameters } from "../../network/parameters.js";
import {
  createSamples,
  openSamples,
  type RecordFormat,
  recordBytes,
  type Samples,
} from "../../samples/files.js";
import { viewRows } from "../../samples/views.js";
import { chooseFiles, type KeptFile } from "../../scratch/keep.js";
import { isKept } from "../../scratch/kept.js";
import { createYielding } from "../../scratch/yielding.js";
import {
  boundaryFile,
  boundaryFormat,
  computeActivations,
  EXTENSIONS,
  featureFormat,
  makeBoundary,
  numberBytes,
  openBoundary,
} from "../activations.js";
import type { StageContext } from "../job.js";
import { usedArithmetic } from "../precision.js";

const FEATURES = "features";

/** Where the stages of a fold find what the run's own stages find in theirs. */
export interface FoldData {
  readonly dataset: string;
  readonly scratch: string;
  readonly features: string;
}

/**
 * The run's own activations hold one view of the images that its split does not train on, while a fold trains on most
 * of them. Their other views are computed once, in one pass, and kept for all folds; each fold gathers its rows.
 * @param featuresPath the features artifact's file
 * @param boundaries names of the layer groups whose input activations the fold's stages read
 * @param into an empty folder
 */
export async function writeFoldData(
  context: StageContext,
  parameters: Parameters,
  { records, summary }: { readonly records: readonly ImageRecord[]; readonly summary: DatasetSummary },
  splits: readonly Split[],
  featuresPath: string,
  boundaries: readonly string[],
  into: string,
): Promise<FoldData> {
  const { architecture } = chosenBase(context.base);
  const ofFold = records.map((record, image) => ({ ...record, split: splits[image] as Split }));
  const data = { dataset: join(into, "dataset"), scratch: join(into, "activations"), features: "" };
  await writeDataset(context.folders.dataset, summary, ofFold, data.dataset);
  await mkdir(data.scratch);
  const pathOf = (name: string): string => boundaryFile(data.scratch, name, context);
  const gathered = await whatFits(context, parameters, records, ofFold, boundaries, pathOf);
  const { views } = context.augment;
  const hasFeatures = await isKept(otherViewsFile(context, FEATURES), context.onProgress);
  const others = hasFeatures ? 0 : otherViews(records, views).length;
  await requireRoom(context, viewRows(ofFold, views).rows + others);
  await computeOtherViews(context, parameters, records, gathered);
  const gather = async (name: string, own: Samples, format: RecordFormat, path: string): Promise<void> => {
    const others = openOthers(context, name, format, records);
    try {
      const yields = name !== FEATURES;
      await gatherRows(own, others, records, ofFold, context.augment.views, format, path, yields);
    } finally {
      own.close();
      others?.close();
    }
  };
  const features = join(into, FEATURES_FILE);
  const format = featureFormat(chosenBase(context.base));
  const alike = await alikeFeatures(context, parameters, records, featuresPath);
  await gather(FEATURES, openSamples(alike, format), format, features);
  for (const name of gathered) {
    const shape = boundaryFormat(chosenBase(context.base), groupIndex(architecture, name), context);
    // The disk may have filled up since: then the stage that reads it finds another way.
    const hasOthers = await hasOtherViews(context, name, records);
    if (!hasOthers) continue;
    await gather(name, await openBoundary(context, parameters, name), shape, pathOf(name));
  }
  return { ...data, features };
}

/**
 * The layer groups whose activations are gathered for the fold: those that the run has kept, where there is room for the
 * fold's rows and the other views beside them. The others are computed by the stages that read them.
 * @param into path of a fold's file, by its layer group
 */
async function whatFits(
  context: StageContext,
  parameters: Parameters,
  records: readonly ImageRecord[],
  ofFold: readonly ImageRecord[],
  boundaries: readonly string[],
  into: (name: string) => string,
): Promise<readonly string[]> {
  const { architecture, input } = chosenBase(context.base);
  const { views } = context.augment;
  const others = otherViews(records, views).length;
  const { rows } = viewRows(ofFold, views);
  const candidates: KeptFile[] = [];
  for (const name of boundaries) {
    if (!(await makeBoundary(context, parameters, name))) continue;
    const hasOthers = await isKept(otherViewsFile(context, name), context.onProgress);
    const count = rows + (hasOthers ? 0 : others);
    const one = boundaryCandidate(architecture, input.size, name, count, numberBytes(context));
    candidates.push({ ...one, path: into(name) });
  }
  const { kept } = await chooseFiles(context, candidates);
  return boundaries.filter((name) => kept.has(name));
}

/**
 * Features of the run's own views in the bits that this machine gives the other views. In bfloat16 a processor of the
 * other kind may have made the artifact: then they are computed here, once for all folds.
 * @param path the features artifact's file
 */
async function alikeFeatures(
  context: StageContext,
  parameters: Parameters,
  records: readonly ImageRecord[],
  path: string,
): Promise<string> {
  const { arithmetic } = await usedArithmetic(context, chosenBase(context.base), parameters);
  if (arithmetic === undefined || arithmetic === context.precision?.arithmetic) return path;
  const { scratch } = context.folders;
  const own = join(scratch, "own-views", `${FEATURES}.${EXTENSIONS.float32}`);
  if (await isKept(own, context.onProgress)) return own;
  const why =
    "the features were computed in the other arithmetic of bfloat16: computing them anew for the folds";
  context.onProgress({ phase: why, step: 0, total: 1 });
  await requireRoom(context, viewRows(records, context.augment.views).rows);
  await mkdir(dirname(own), { recursive: true });
  await computeActivations(context, parameters, { boundaries: new Map(), features: own });
  return own;
}

/** Features are read by every fold, and there is nothing to do without them. @throws ThawError DISK_FULL */
async function requireRoom(context: StageContext, rows: number): Promise<void> {
  const { scratch } = context.folders;
  const bytes = rows * recordBytes(featureFormat(chosenBase(context.base)));
  if ((await spareBytes(scratch)) >= bytes) return;
  throw new ThawError("DISK_FULL", `the disk of ${scratch} is full: the features of a fold do not fit`, {
    hint: "free some space on it; `thaw gc` removes what no run needs any more",
  });
}

async function writeDataset(
  from: string,
  summary: DatasetSummary,
  records: readonly ImageRecord[],
  to: string,
): Promise<void> {
  await mkdir(to);
  const counts = countImages(records, summary.classes.length);
  await writeFile(join(to, SUMMARY_FILE), JSON.stringify({ ...summary, counts }));
  await writeFile(join(to, IMAGES_FILE), records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  for (const pack of summary.packs) await symlink(join(from, pack), join(to, pack));
}

function otherViewsFile({ folders, precision }: StageContext, name: string): string {
  const extension = EXTENSIONS[name === FEATURES ? "float32" : (precision?.asked ?? "float32")];
  return join(folders.scratch, "other-views", `${name}.${extension}`);
}

/** All views but the plain one of the images that the run's split does not train on. */
function otherViews(records: readonly ImageRecord[], views: number) {
  return records.flatMap((record, image) =>
    viewsOf(record, views) === views
      ? []
      : Array.from({ length: views - 1 }, (_, index) => ({ image, view: index + 1 })),
  );
}

/** One pass for all files that are not there yet. */
async function computeOtherViews(
  context: StageContext,
  parameters: Parameters,
  records: readonly ImageRecord[],
  boundaries: readonly string[],
): Promise<void> {
  const { scratch } = context.folders;
  const { architecture } = chosenBase(context.base);
  const views = otherViews(records, context.augment.views);
  if (views.length === 0) return;
  await mkdir(join(scratch, "other-views"), { recursive: true });
  const missing = new Map<number, string>();
  for (const name of boundaries) {
    const path = otherViewsFile(context, name);
    if (!(await isKept(path, context.onProgress))) missing.set(groupIndex(architecture, name), path);
  }
  const features = otherViewsFile(context, FEATURES);
  const hasFeatures = await isKept(features, context.onProgress);
  if (hasFeatures && missing.size === 0) return;
  await computeActivations(context, parameters, {
    boundaries: missing,
    views,
    ...(hasFeatures ? {} : { features }),
  });
}

async function hasOtherViews(
  context: StageContext,
  name: string,
  records: readonly ImageRecord[],
): Promise<boolean> {
  if (otherViews(records, context.augment.views).length === 0) return true;
  return isKept(otherViewsFile(context, name), context.onProgress);
}

function openOthers(
  context: StageContext,
  name: string,
  format: RecordFormat,
  records: readonly ImageRecord[],
): Samples | undefined {
  if (otherViews(records, context.augment.views).length === 0) return undefined;
  return openSamples(otherViewsFile(context, name), format);
}

/** Copies what the fold reads, image by image, out of the run's own rows and of the other views. */
async function gatherRows(
  own: Samples,
  others: Samples | undefined,
  records: readonly ImageRecord[],
  ofFold: readonly ImageRecord[],
  views: number,
  format: RecordFormat,
  path: string,
  yields: boolean,
): Promise<void> {
  const ownRows = viewRows(records, views);
  const foldRows = viewRows(ofFold, views);
  const create = yields ? createYielding : createSamples;
  const writer = await create(path, format, foldRows.rows);
  let firstOther = 0;
  try {
    for (const [image, record] of records.entries()) {
      const wanted = viewsOf(ofFold[image] as ImageRecord, views);
      const had = viewsOf(record, views);
      const first = ownRows.firstRow[image] as number;
      const row = foldRows.firstRow[image] as number;
      const here = Math.min(wanted, had);
      await writer.write(row, own.gather(Array.from({ length: here }, (_, view) => first + view)));
      if (wanted > here && others !== undefined) {
        const rows = Array.from({ length: wanted - here }, (_, index) => firstOther + index);
        await writer.write(row + here, others.gather(rows));
      }
      firstOther += views - had;
    }
  } finally {
    await writer.close();
  }
}

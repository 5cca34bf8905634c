/** A fold as a dataset of its own: records whose splits are the fold's, and activations in the order of their rows. */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { countImages } from "../../data/dataset/checks.js";
import { IMAGES_FILE, SUMMARY_FILE } from "../../data/dataset/dataset.js";
import { FEATURES_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { DatasetSummary, ImageRecord, Split } from "../../spec/records/dataset.js";
import { groupIndex } from "../bases/architecture.js";
import { chosenBase } from "../bases/chosen.js";
import type { Parameters } from "../network/parameters.js";
import { createSamples, openSamples, type RecordFormat, type Samples } from "../samples/files.js";
import { viewRows, viewsOf } from "../samples/views.js";
import {
  boundaryFile,
  boundaryFormat,
  computeActivations,
  EXTENSIONS,
  featureFormat,
  openBoundary,
} from "./activations.js";
import type { StageContext } from "./job.js";
import { isKept } from "./kept.js";

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
  await computeOtherViews(context, parameters, records, boundaries);
  const gather = async (name: string, own: Samples, format: RecordFormat, path: string): Promise<void> => {
    const others = openOthers(context, name, format, records);
    try {
      await gatherRows(own, others, records, ofFold, context.augment.views, format, path);
    } finally {
      own.close();
      others?.close();
    }
  };
  const features = join(into, FEATURES_FILE);
  const format = featureFormat(chosenBase(context.base));
  await gather(FEATURES, openSamples(featuresPath, format), format, features);
  for (const name of boundaries) {
    const shape = boundaryFormat(chosenBase(context.base), groupIndex(architecture, name), context);
    await gather(
      name,
      await openBoundary(context, parameters, name),
      shape,
      boundaryFile(data.scratch, name, context),
    );
  }
  return { ...data, features };
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
): Promise<void> {
  const ownRows = viewRows(records, views);
  const foldRows = viewRows(ofFold, views);
  const writer = await createSamples(path, format);
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

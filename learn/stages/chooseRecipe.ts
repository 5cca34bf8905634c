/** Measures how far the base's features carry on these images, and decides how much of the network may be tuned. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openDataset } from "../../data/dataset/dataset.js";
import { meanColours, THUMBNAIL_VALUES } from "../../data/image/thumbnail.js";
import { mapOrdered } from "../../data/ordered.js";
import type { RecipeJobSettings } from "../../spec/engine/job.js";
import { COPIES_FILE, PROBE_FILE, RECIPE_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { RecipeSummary } from "../../spec/records/recipe.js";
import { chosenBase } from "../bases/chosen.js";
import { domainVerdict } from "../domain/verdict.js";
import { curveAdvice } from "../evidence/curveAdvice.js";
import { compatibility, decide } from "../evidence/decision.js";
import { datasetEvidence } from "../evidence/ofDataset.js";
import { planFolds } from "../folds/plan.js";
import { openSamples } from "../samples/files.js";
import { viewRows } from "../samples/views.js";
import { keptProbe } from "../scratch/probe.js";
import { hScore } from "../transferability/hScore.js";
import { learningCurve } from "../transferability/learningCurve.js";
import { logMe } from "../transferability/logMe.js";
import { type Matrix, matrix, row, takeRows } from "../transferability/matrix.js";
import { neighbourAccuracy } from "../transferability/neighbours.js";
import { PENALTY, probedImages, probeEvidence, probeOf, stratifiedPart } from "../transferability/probed.js";
import { featureFormat } from "./activations.js";
import { copiesAcrossSplits } from "./copies.js";
import { measureDomain } from "./domain.js";
import type { StageContext } from "./job.js";
import { suspectsAmong } from "./suspects.js";

/** Measures that compare every image with every other, and decompose the result, take seconds with so many. */
const MOST_COMPARED = 600;
/** Draws of the learning curve for each fold; one where the fits take long (100 classes of 20 images). */
const DRAWS = 2;
const MANY = 50_000;

/** As many as Node has threads for such work. */
const DECODED_AT_ONCE = 4;

/** @param featuresPath the features artifact's file */
export async function chooseRecipe(
  context: Pick<StageContext, "folders" | "base" | "augment" | "seed" | "onProgress">,
  settings: RecipeJobSettings,
  featuresPath: string,
): Promise<RecipeSummary> {
  const { seed, onProgress } = context;
  const dataset = await openDataset(context.folders.dataset);
  const { records, summary } = dataset;
  try {
    const probed = probedImages(summary, records, seed);
    const { images: chosen, labels, groups, folds, classes } = probed;
    const compared = new Set(stratifiedPart(records, chosen, MOST_COMPARED, seed));
    const features = readFeatures(context, records, chosen, featuresPath);
    const colours = matrix(
      chosen.length,
      THUMBNAIL_VALUES,
      new Float64Array(chosen.length * THUMBNAIL_VALUES),
    );
    let colour = 0;
    const coloursOf = async (image: number) => meanColours(await dataset.read(image));
    for await (const values of mapOrdered(chosen, DECODED_AT_ONCE, coloursOf)) {
      row(colours, colour).set(values);
      if (colour % 100 === 0) onProgress({ phase: "mean colours", step: colour, total: chosen.length });
      colour++;
    }
    const measured = await keptProbe(context, probed, features);
    const { probabilities } = measured;
    const { probabilities: _rival, ...rival } = probeOf(probed, colours, (step, total) =>
      onProgress({ phase: "probe of colours", step, total }),
    );
    const curve = learningCurve({
      features,
      labels,
      folds,
      classes,
      penalty: PENALTY,
      whole: probabilities,
      draws: chosen.length * classes > MANY ? 1 : DRAWS,
      available: records.filter(({ split }) => split !== "test").length,
      seed,
      onProgress: (step, total) => onProgress({ phase: "learning curve", step, total }),
    });
    onProgress({ phase: "transferability", step: 0, total: 1 });
    const domain = await measureDomain(context, dataset, chosen);
    const rows = chosen.flatMap((image, i) => (compared.has(image) ? [i] : []));
    const some = {
      features: takeRows(features, rows),
      labels: rows.map((i) => labels[i] as number),
      groups: rows.map((i) => groups[i] as string),
    };
    // Of several bases only those that were tuned may have met images.
    const isTuned = (context.base.layers ?? []).length > 0;
    const known = isTuned ? (summary.knownToBase?.learned ?? 0) : 0;
    const { images, ...ofProbe } = probeEvidence(probed, records, measured);
    const evidence = {
      ...datasetEvidence(summary, records),
      images,
      folds: new Set(folds).size,
      ...ofProbe,
      colours: rival,
      neighbours: neighbourAccuracy(some.features, some.labels, some.groups),
      logMe: logMe(some.features, some.labels, classes),
      hScore: hScore(some.features, some.labels, classes),
      ...(curve === undefined ? {} : { learningCurve: curve }),
      ...(known === 0 ? {} : { known }),
      ...(domain === undefined ? {} : { domain }),
    };
    const lines = chosen.map((image, i) => {
      const { path, label, group } = records[image] as ImageRecord;
      return JSON.stringify({
        path,
        label,
        group,
        fold: folds[i],
        probabilities: Array.from(row(probabilities, i)),
      });
    });
    await writeFile(join(context.folders.out, PROBE_FILE), `${lines.join("\n")}\n`);
    onProgress({ phase: "suspected copies", step: 0, total: 1 });
    const { pairs, summary: copies } = copiesAcrossSplits(
      records,
      (images) => Float32Array.from(readFeatures(context, records, images, featuresPath).data),
      features.columns,
    );
    const found = pairs.map((pair) => `${JSON.stringify(pair)}\n`);
    await writeFile(join(context.folders.out, COPIES_FILE), found.join(""));
    const isExtractor = chosenBase(context.base).extractor !== undefined;
    const decision = decide({ evidence, ...settings, isExtractor });
    const recipe: RecipeSummary = {
      evidence,
      compatibility: compatibility(evidence),
      ...(domain === undefined ? {} : { domain: domainVerdict(domain, decision.stages > 0) }),
      decision: {
        ...decision,
        folds: planFolds({
          asked: settings.folds,
          records,
          classes: summary.classes,
          knownToBase: known,
          // Only splits that came with the images can leak.
          ownSplits: summary.faults?.leaks !== undefined,
          seed,
        }),
      },
      advice: curveAdvice(curve),
      labelSuspects: suspectsAmong(
        chosen.map((image) => records[image] as ImageRecord),
        Float32Array.from(probabilities.data),
        classes,
      ),
      copies,
    };
    await writeFile(join(context.folders.out, RECIPE_FILE), `${JSON.stringify(recipe, null, 1)}\n`);
    return recipe;
  } finally {
    await dataset.close();
  }
}

/** Features of the plain view of each image, `[images, features]`. */
function readFeatures(
  context: Pick<StageContext, "base" | "augment">,
  records: readonly ImageRecord[],
  chosen: readonly number[],
  path: string,
): Matrix {
  const base = chosenBase(context.base);
  const samples = openSamples(path, featureFormat(base));
  try {
    const { firstRow } = viewRows(records, context.augment.views);
    const values = samples.gather(chosen.map((image) => firstRow[image] as number));
    return matrix(chosen.length, base.architecture.features, values);
  } finally {
    samples.close();
  }
}

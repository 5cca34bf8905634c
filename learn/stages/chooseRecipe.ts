/** Measures how far the base's features carry on these images, and decides how much of the network may be tuned. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openDataset } from "../../data/dataset.js";
import { meanColours, THUMBNAIL_VALUES } from "../../data/thumbnail.js";
import { PROBE_FILE } from "../../spec/artifactFiles.js";
import type { ImageRecord } from "../../spec/dataset.js";
import type { RecipeSummary } from "../../spec/recipe.js";
import type { EvaluationSpec, RunFile } from "../../spec/runFile.js";
import { chosenBase } from "../bases/chosen.js";
import { compatibility, decide } from "../decision.js";
import { domainVerdict } from "../domain/verdict.js";
import { planFolds } from "../foldPlan.js";
import { openSamples } from "../samples.js";
import { fewestGroups, stratifiedFolds } from "../transferability/folds.js";
import { hScore } from "../transferability/hScore.js";
import { logMe } from "../transferability/logMe.js";
import { type Matrix, matrix, row } from "../transferability/matrix.js";
import { neighbourAccuracy } from "../transferability/neighbours.js";
import { linearProbe } from "../transferability/probe.js";
import { viewRows } from "../views.js";
import { featureFormat } from "./activations.js";
import { measureDomain } from "./domain.js";
import type { StageContext } from "./job.js";

export interface RecipeSettings {
  readonly asked: RunFile["recipe"];
  readonly planned: number;
  readonly folds: EvaluationSpec["folds"];
}

/** Five folds: the usual compromise of bias and cost (Kohavi, IJCAI 1995, finds five to twenty alike). */
const FOLDS = 5;
/** Of 0.003 to 1, best or within 0.1 points of it on sign digits, brain MRI and two trees (features of Lite0). */
const PENALTY = 0.1;
/** The interval is at most ±4 points wide with so many images, and the measures take about ten seconds on one core. */
const MOST_IMAGES = 600;

/** @param featuresPath the features artifact's file */
export async function chooseRecipe(
  context: Pick<StageContext, "folders" | "base" | "augment" | "seed" | "onProgress">,
  settings: RecipeSettings,
  featuresPath: string,
): Promise<RecipeSummary> {
  const { seed, onProgress } = context;
  const dataset = await openDataset(context.folders.dataset);
  const { records, summary } = dataset;
  try {
    const chosen = measuredImages(records, seed);
    const labels = chosen.map((image) => (records[image] as ImageRecord).label);
    const groups = chosen.map((image) => (records[image] as ImageRecord).group);
    const classes = summary.classes.length;
    const features = readFeatures(context, records, chosen, featuresPath);
    const colours = matrix(
      chosen.length,
      THUMBNAIL_VALUES,
      new Float64Array(chosen.length * THUMBNAIL_VALUES),
    );
    for (const [i, image] of chosen.entries()) {
      row(colours, i).set(await meanColours(await dataset.read(image)));
      if (i % 100 === 0) onProgress({ phase: "mean colours", step: i, total: chosen.length });
    }
    const folds = stratifiedFolds(labels, groups, foldsFor(fewestGroups(labels, groups, classes)), seed);
    const probeOf = (what: string, x: Matrix) =>
      linearProbe(x, labels, folds, classes, PENALTY, (step, total) =>
        onProgress({ phase: what, step, total }),
      );
    const { probabilities, ...probe } = probeOf("linear probe", features);
    const { probabilities: _rival, ...rival } = probeOf("probe of colours", colours);
    onProgress({ phase: "transferability", step: 0, total: 1 });
    const domain = await measureDomain(context, dataset, chosen);
    const { train } = summary.counts;
    const smallest = train.indexOf(Math.min(...train));
    const counts = train.map((_, c) => labels.filter((label) => label === c).length);
    const evidence = {
      images: chosen.length,
      trainImages: train.reduce((sum, count) => sum + count, 0),
      smallestClass: { name: summary.classes[smallest] ?? "", images: train[smallest] ?? 0 },
      classes,
      folds: new Set(folds).size,
      majority: Math.max(...counts) / chosen.length,
      probe,
      colours: rival,
      neighbours: neighbourAccuracy(features, labels, groups),
      logMe: logMe(features, labels, classes),
      hScore: hScore(features, labels, classes),
      ...(domain === undefined ? {} : { domain }),
    };
    const lines = chosen.map((image, i) => {
      const { path, label } = records[image] as ImageRecord;
      return JSON.stringify({
        path,
        label,
        fold: folds[i],
        probabilities: Array.from(row(probabilities, i)),
      });
    });
    await writeFile(join(context.folders.out, PROBE_FILE), `${lines.join("\n")}\n`);
    return {
      evidence,
      compatibility: compatibility(evidence),
      ...(domain === undefined ? {} : { domain: domainVerdict(domain) }),
      decision: {
        ...decide({ evidence, ...settings }),
        folds: planFolds({
          asked: settings.folds,
          records,
          classes: summary.classes,
          // Only splits of a manifest's own can leak.
          ownSplits: summary.faults?.leaks !== undefined,
          seed,
        }),
      },
    };
  } finally {
    await dataset.close();
  }
}

/** All but the held-out images; of many a stratified part, groups kept whole. */
function measuredImages(records: readonly ImageRecord[], seed: number): number[] {
  const all = records.flatMap(({ split }, image) => (split === "test" ? [] : [image]));
  const parts = Math.ceil(all.length / MOST_IMAGES);
  const part = stratifiedFolds(
    all.map((image) => (records[image] as ImageRecord).label),
    all.map((image) => (records[image] as ImageRecord).group),
    parts,
    seed,
  );
  return all.filter((_, i) => part[i] === 0);
}

/** A fold more than the smallest class has groups would have none of it. */
function foldsFor(fewest: number): number {
  return Math.max(2, Math.min(FOLDS, fewest));
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

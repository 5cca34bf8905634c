/** The images that the recipe looks at, dealt into folds, and what a linear probe reads out of their features. */
import type { DatasetSummary, ImageRecord } from "../../spec/records/dataset.js";
import type { ProbeEvidence } from "../evidence/decision.js";
import { headroomOf } from "../evidence/headroom.js";
import { argMax } from "../training/validation.js";
import { fewestGroups, stratifiedFolds } from "./folds.js";
import type { Matrix } from "./matrix.js";
import { linearProbe, type Probe } from "./probe.js";

/** Five folds: the usual compromise of bias and cost (Kohavi, IJCAI 1995, finds five to twenty alike). */
const FOLDS = 5;
/** Of 0.003 to 1, best or within 0.1 points of it on sign digits, brain MRI and two trees (features of Lite0). */
export const PENALTY = 0.1;
/** The probe's interval is at most ±2.2 points wide with so many images; of 100 classes it takes 14 s on a busy machine. */
const MOST_IMAGES = 2000;

/** Images for training and validation, by their places in the records, and of each of them what is told. */
export interface ProbedImages {
  readonly images: readonly number[];
  readonly labels: readonly number[];
  readonly groups: readonly string[];
  readonly folds: readonly number[];
  readonly classes: number;
}

/** All images that are not held out, or of many a stratified part. */
export function probedImages(
  { classes: { length: classes } }: Pick<DatasetSummary, "classes">,
  records: readonly ImageRecord[],
  seed: number,
): ProbedImages {
  const all = records.flatMap(({ split }, image) => (split === "test" ? [] : [image]));
  const images = stratifiedPart(records, all, MOST_IMAGES, seed);
  const labels = images.map((image) => (records[image] as ImageRecord).label);
  const groups = images.map((image) => (records[image] as ImageRecord).group);
  const folds = stratifiedFolds(labels, groups, foldsFor(fewestGroups(labels, groups, classes)), seed);
  return { images, labels, groups, folds, classes };
}

/** @param features `[images, features]` of their plain views, or what else is to be probed */
export function probeOf(
  { labels, groups, folds, classes }: ProbedImages,
  features: Matrix,
  onFold?: (done: number, total: number) => void,
): Probe {
  return linearProbe(features, labels, folds, classes, PENALTY, onFold, groups);
}

/** What decides by it how much is tuned. */
export function probeEvidence(
  { images, labels, classes }: ProbedImages,
  records: readonly ImageRecord[],
  { probabilities, ...probe }: Probe,
): ProbeEvidence {
  const counts = Array.from({ length: classes }, (_, c) => labels.filter((label) => label === c).length);
  return {
    majority: Math.max(...counts) / images.length,
    probe,
    images: images.length,
    headroom: headroomOf(
      records,
      images.map((image, i) => ({
        image,
        isRight: argMax(probabilities.data, i * classes, classes) === labels[i],
      })),
    ),
  };
}

/** All images, or of many a stratified part of about `most`, groups kept whole. */
export function stratifiedPart(
  records: readonly ImageRecord[],
  images: readonly number[],
  most: number,
  seed: number,
): number[] {
  const part = stratifiedFolds(
    images.map((image) => (records[image] as ImageRecord).label),
    images.map((image) => (records[image] as ImageRecord).group),
    Math.ceil(images.length / most),
    seed,
  );
  return images.filter((_, i) => part[i] === 0);
}

/** A fold more than the smallest class has groups would have none of it. */
function foldsFor(fewest: number): number {
  return Math.max(2, Math.min(FOLDS, fewest));
}

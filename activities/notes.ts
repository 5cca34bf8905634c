/** One short sentence about each kind of artifact, for terminals and the Temporal UI. */

import { memorySentence } from "../spec/pipeline/halfBatch.js";
import type { BaseComparison } from "../spec/records/baseComparison.js";
import type { DatasetSummary } from "../spec/records/dataset.js";
import type { Evaluation } from "../spec/records/evaluation.js";
import { type FeaturesSummary, keptSentence, type ReusedFeatures } from "../spec/records/features.js";
import type { CrossValidation, FoldSummary } from "../spec/records/folds.js";
import type { ModelVersion } from "../spec/records/model.js";
import type { RecipeSummary } from "../spec/records/recipe.js";
import type { Interruptions, StageSummary, TrainingSummary } from "../spec/records/training.js";
import type { ArtifactManifest } from "../store/artifacts/artifacts.js";

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;

/** What should be looked at before the result is believed, in a few words each; nothing for older artifacts. */
function seriousFaults({ classes, faults }: DatasetSummary): string[] {
  if (faults === undefined) return [];
  const {
    conflicts,
    lookAlikes,
    leaks,
    imbalance,
    shortcuts,
    oneColour,
    oddFormats,
    darkSamples,
    layersLeftOut: layers,
    notes = [],
  } = faults;
  const pictures = (count: number): string => `${count} ${count === 1 ? "picture" : "pictures"}`;
  const few = imbalance.below5.length;
  return [
    ...(conflicts.count === 0 ? [] : [`${pictures(conflicts.count)} with contradicting labels`]),
    ...(lookAlikes === undefined || lookAlikes.count === 0
      ? []
      : [`${pictures(lookAlikes.count)} whose images look alike and are labelled differently`]),
    ...(leaks === undefined || leaks.count === 0
      ? []
      : [`${pictures(leaks.count)} across splits${leaks.policy === "repair" ? " (repaired)" : ""}`]),
    ...(few === 0 ? [] : [`${few} ${few === 1 ? "class" : "classes"} with fewer than 5 images`]),
    ...(oneColour === undefined || oneColour.count === 0
      ? []
      : [`${pictures(oneColour.count)} of one colour`]),
    ...(oddFormats === undefined || oddFormats.count === 0
      ? []
      : [`${pictures(oddFormats.count)} of an odd format`]),
    ...(darkSamples === undefined ? [] : [`${pictures(darkSamples.count)} of 16 bits, all dark`]),
    ...(layers?.pages === undefined ? [] : [`of ${pictures(layers.pages.count)} the first page only`]),
    ...(layers?.transparent === undefined
      ? []
      : [`${pictures(layers.transparent.count)} with transparent pixels`]),
    ...(notes.length === 0 ? [] : ["names or folders to look at (see the report)"]),
    ...shortcuts.map(({ property, label }) => `${property} gives "${classes[label] ?? label}" away`),
  ];
}

/** Nothing where the base is not a model that was tuned. */
function knownImages({ knownToBase }: DatasetSummary): string[] {
  if (knownToBase === undefined) return [];
  const { learned, dropped, flattering } = knownToBase;
  return [
    ...(learned === 0 ? [] : [`the base was tuned with ${learned} of them, none of which is held out`]),
    ...(dropped === 0 ? [] : [`${dropped} left out because the base was tuned with them`]),
    ...(flattering === 0 ? [] : [`${flattering} held out although the base was tuned with them`]),
  ];
}

/** Nothing where the run is no retraining. */
function earlierImages({ knownFromBefore, quarantined }: DatasetSummary): string[] {
  if (knownFromBefore === undefined) return [];
  const { kept, fresh, moved } = knownFromBefore;
  const tied = quarantined.filter(({ why }) => why === "ties").length;
  return [
    `${kept} in the split that earlier versions had them in, ${fresh} new`,
    ...(tied === 0 ? [] : [`${tied} left out between training and held-out ones of earlier versions`]),
    ...(moved === 0 ? [] : [`${moved} moved to another split by the source`]),
  ];
}

export function noteOf(manifest: ArtifactManifest): string {
  const { outOfMemory } = (manifest.summary ?? {}) as Interruptions;
  const note = noteOfKind(manifest);
  return outOfMemory === undefined ? note : `${memorySentence(outOfMemory)}: ${note}`;
}

function noteOfKind(manifest: ArtifactManifest): string {
  switch (manifest.kind) {
    case "ingest": {
      const summary = manifest.summary as DatasetSummary;
      const left = summary.quarantined.length;
      const parts = [
        `${summary.images} images`,
        `${summary.classes.length} classes`,
        ...(left === 0 ? [] : [`${left} left out`]),
        ...seriousFaults(summary),
        ...knownImages(summary),
        ...earlierImages(summary),
      ];
      return parts.join(", ");
    }
    case "features": {
      return featuresNote(manifest.summary as FeaturesSummary);
    }
    case "recipe":
      return recipeNote(manifest.summary as RecipeSummary);
    case "base":
      return (manifest.summary as BaseComparison).reason;
    case "head":
      return `validation accuracy ${percent((manifest.summary as TrainingSummary).validationAccuracy)}`;
    case "tune":
      return (manifest.summary as StageSummary).verdict;
    case "fold": {
      const { images, head, final } = manifest.summary as FoldSummary;
      return `${images.heldOut} held out: head ${percent(head.accuracy)}, final ${percent(final.accuracy)}`;
    }
    case "scratch":
      return `validation accuracy ${percent((manifest.summary as TrainingSummary).validationAccuracy)}`;
    case "evaluate": {
      const { accuracy, accuracyInterval, crossValidation, resemblance } = manifest.summary as Evaluation;
      const tested = `test accuracy ${percent(accuracy)} (95 %: ${range(accuracyInterval)})`;
      const said = crossValidation === undefined ? tested : `${foldsNote(crossValidation)}; ${tested}`;
      return resemblance?.verdict === "differs" ? `validation unlike test! ${said}` : said;
    }
    case "register": {
      const { name, version } = manifest.summary as ModelVersion;
      return `${name} version ${version}`;
    }
    default:
      return "";
  }
}

function featuresNote(summary: FeaturesSummary): string {
  const { rows, length, images, reused, shards, activations } = summary;
  const isWhole = activations === undefined || activations.recomputed.length === 0;
  const kept = isWhole ? "" : `; ${keptSentence(activations)}`;
  const parts = shards === undefined ? "" : `, in ${shards.shards} shards`;
  return `${computedNote({ rows, length, images, reused })}${parts}${precisionNote(summary)}${kept}`;
}

/** Nothing where float32 was asked for. Whoever waits for a slow pass is to know why. */
function precisionNote({ precision }: FeaturesSummary): string {
  if (precision === undefined) return "";
  if (precision.used === "float32") return ", in float32 although bfloat16 was asked for";
  return precision.arithmetic === "rounded"
    ? ", in bfloat16 by a processor that rounds to it, slower than float32"
    : ", in bfloat16";
}

function computedNote({
  rows,
  length,
  images,
  reused,
}: {
  readonly rows: number;
  readonly length: number;
  readonly images: number | undefined;
  readonly reused: ReusedFeatures | undefined;
}): string {
  const made = `${rows} views × ${length} features`;
  if (reused === undefined || images === undefined) return made;
  return `${made}, those of ${reused.images} of ${images} images reused`;
}

const range = ([low, high]: readonly [number, number]): string => `${percent(low)} – ${percent(high)}`;

function foldsNote({ folds, accuracy, accuracyInterval }: CrossValidation): string {
  return `${folds.length} folds ${percent(accuracy)} (95 %: ${range(accuracyInterval)})`;
}

function recipeNote({ decision, domain, evidence, advice, copies }: RecipeSummary): string {
  const { choice, stages, planned, reason } = decision;
  if (choice === "unlearnable") return reason;
  const what = choice === "extractor-only" ? "head only" : `${stages} of ${planned} stages`;
  const distance = evidence.domain?.distance.toFixed(2);
  // Before the reason, which is long and cut where the terminal is narrow.
  const how =
    domain === undefined || distance === undefined ? "" : `, domain ${domain.verdict} (${distance})`;
  const pairs = copies?.count ?? 0;
  return [
    `${what}, probe ${percent(evidence.probe.accuracy)}${how}: ${reason}`,
    ...(pairs === 0 ? [] : [`${pairs} suspected ${pairs === 1 ? "copy" : "copies"} across splits`]),
    ...(advice === undefined ? [] : [advice]),
  ].join("; ");
}

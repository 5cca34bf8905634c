/** What a planned run would keep of the frozen layers' activations, and what it would compute in every epoch. */
import { join } from "node:path";
import { freeBytes, SCRATCH, scratchBudget, scratchSize, spareBytes } from "../../files/scratch.js";
import {
  boundaryCandidate,
  chooseKept,
  type KeepCandidate,
  pixelCandidate,
} from "../../learn/bases/activationSizes.js";
import { CATALOGUE } from "../../learn/bases/catalogue.js";
import type { StageKind } from "../../spec/pipeline/stages.js";
import { unfreezeStages } from "../../spec/pipeline/unfreezing.js";
import { settledAugment } from "../../spec/pipeline/views.js";
import type { DatasetSummary } from "../../spec/records/dataset.js";
import type { KeptActivations } from "../../spec/records/features.js";
import { readingOf } from "../../spec/runFile/folders.js";
import type { RunFile } from "../../spec/runFile/runFile.js";
import { askedBudget } from "../../spec/runFile/scratch.js";
import { requireManifest } from "../../store/artifacts/artifacts.js";
import type { Store } from "../../store/connection/connection.js";
import { countImages, type ListedSource } from "../images/list.js";
import type { PlannedStage } from "../plan/foresee.js";

export interface PlannedActivations extends KeptActivations {
  /** Bytes of the budget; where it is a share, of this machine's disk. */
  readonly budget: number;
  /** Whether the images' splits are known; else their number and the shares of the run file give the rows. */
  readonly isExact: boolean;
}

const READERS: ReadonlySet<StageKind> = new Set(["features", "tune", "fold", "scratch"]);

/**
 * @param workFolder of a training worker on this machine
 * @returns undefined where no stage that reads them would run, for bases that are not of the catalogue, and for a share of
 *   a pod's disk, which nobody knows yet
 * @throws ThawError STORE_…, those of `countImages`
 */
export async function plannedActivations(
  store: Store,
  workFolder: string,
  file: RunFile,
  source: ListedSource,
  planned: readonly PlannedStage[],
): Promise<PlannedActivations | undefined> {
  const asked = askedBudget(file.scratch.budget);
  const base = CATALOGUE.find(({ name }) => name === file.base);
  const reads = planned.some(({ kind, action }) => action === "run" && READERS.has(kind));
  if (base === undefined || !reads || (file.compute === "kubernetes" && !(asked && "bytes" in asked)))
    return undefined;
  const { rows, isExact } = await rowsOf(store, file, source, planned);
  const { architecture, input } = base;
  const numberBytes = file.precision === "bfloat16" ? 2 : 4;
  const hasPixels = file.compare.scratch || file.unfreeze.surgical === "first-block";
  const candidates: readonly KeepCandidate[] = [
    ...(file.recipe === "extractor-only" ? [] : unfreezeStages(file, undefined)).map((name) =>
      boundaryCandidate(architecture, input.size, name, rows, numberBytes),
    ),
    ...(hasPixels ? [pixelCandidate(input.size, rows)] : []),
  ];
  if (candidates.length === 0) return undefined;
  const { budget, free } = await roomHere(workFolder, file);
  const kept = chooseKept(candidates, budget, file.compute === "local" ? free : budget);
  const isKept = (one: KeepCandidate): boolean => kept.includes(one);
  return {
    bytes: sum(kept),
    wanted: sum(candidates),
    kept: kept.map(({ name }) => name),
    recomputed: candidates.filter((one) => !isKept(one)).map(({ name }) => name),
    budget,
    isExact,
  };
}

const sum = (files: readonly KeepCandidate[]): number => files.reduce((total, { bytes }) => total + bytes, 0);

/** As the worker will find it when what is there has gone: it was used before. */
async function roomHere(workFolder: string, file: RunFile): Promise<{ budget: number; free: number }> {
  const asked = askedBudget(file.scratch.budget);
  const there = await scratchSize(join(workFolder, SCRATCH));
  // A pod has a disk and an environment of its own; a size is a size.
  const env = file.compute === "local" ? process.env : {};
  const budget = scratchBudget(there, await freeBytes(workFolder), env, asked);
  return { budget, free: there + (await spareBytes(workFolder)) };
}

/** Views of all images. */
async function rowsOf(
  store: Store,
  file: RunFile,
  source: ListedSource,
  planned: readonly PlannedStage[],
): Promise<{ readonly rows: number; readonly isExact: boolean }> {
  const { views } = settledAugment(file.augment);
  const ingested = planned.find(({ kind }) => kind === "ingest")?.artifact;
  if (ingested !== undefined) {
    const { counts } = (await requireManifest(store, ingested)).summary as DatasetSummary;
    const of = (split: keyof typeof counts): number => counts[split].reduce((total, one) => total + one, 0);
    return { rows: of("train") * views + of("validation") + of("test"), isExact: true };
  }
  const images = await countImages(store, { ...source, ...readingOf(file) });
  const heldOut = file.data.test + file.data.validation;
  return { rows: Math.round(images * ((1 - heldOut) * views + heldOut)), isExact: false };
}

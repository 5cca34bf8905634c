/** What a planned run will take, and cost where prices are known. */
import { availableParallelism } from "node:os";
import { loadPrices } from "../../runtime/prices.js";
import { costOf } from "../../spec/prices.js";
import { readingOf } from "../../spec/runFile/folders.js";
import type { RunFile } from "../../spec/runFile/runFile.js";
import type { Store } from "../../store/connection/connection.js";
import { countImages, type ListedSource } from "../images/list.js";
import type { PlannedStage } from "../plan/foresee.js";
import { forecast } from "./estimate.js";
import { pastSamples, sizeOf } from "./samples.js";

export interface PlannedTime {
  readonly seconds: number;
  /** False where it is a guess from images and base: nothing like it was computed here before. */
  readonly isMeasured: boolean;
  /** Whether the recipe may ask for folds, which are not in the sum. */
  readonly withoutFolds: boolean;
  /** Only where THAW_PRICES names a table, and earlier runs say what stages hold. */
  readonly cost?: { readonly amount: number; readonly currency: string };
}

/** @returns undefined where nothing has to be computed @throws ThawError STORE_…, USAGE for a price table that is wrong */
export async function timeOfPlan(
  store: Store,
  file: RunFile,
  source: ListedSource,
  planned: readonly PlannedStage[],
): Promise<PlannedTime | undefined> {
  const stages = planned.filter(({ action }) => action === "run");
  if (stages.length === 0) return undefined;
  const [images, samples, prices] = await Promise.all([
    countImages(store, { ...source, ...readingOf(file) }),
    pastSamples(store),
    loadPrices(),
  ]);
  const workload = { images, ...sizeOf(file.base) };
  const { seconds, isMeasured, stages: each } = forecast(stages, workload, samples, availableParallelism());
  const held = each.flatMap(({ seconds: of, resources }) =>
    resources === undefined ? [] : [{ seconds: of, resources }],
  );
  const amount = held.reduce((sum, usage) => sum + (prices === undefined ? 0 : costOf(usage, prices)), 0);
  return {
    seconds,
    isMeasured,
    withoutFolds: planned.some(({ action }) => action === "maybe"),
    ...(prices === undefined || held.length === 0 ? {} : { cost: { amount, currency: prices.currency } }),
  };
}

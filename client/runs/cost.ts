/** What a run has cost so far, by the price table of whoever asks. */
import { loadPrices } from "../../runtime/prices.js";
import { type RunCost, runCost } from "../../spec/prices.js";
import type { Store } from "../../store/connection/connection.js";
import { runUsage } from "../../store/records/runUsage.js";
import type { ArtifactOwner } from "./artifacts.js";

/** Undefined without a price table. @throws ThawError USAGE for a table that is wrong, STORE_… */
export async function costOfRun(
  store: Store,
  runId: string,
  { artifacts }: ArtifactOwner,
): Promise<RunCost | undefined> {
  const prices = await loadPrices();
  return prices === undefined ? undefined : runCost(await runUsage(store, runId, artifacts), prices);
}

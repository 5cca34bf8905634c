/** What stays because of damaged records: nobody knows what they refer to, so nothing goes that they might. */
import type { DamagedRecord } from "../../spec/records/damaged.js";
import { ARTIFACTS_PREFIX } from "../../store/artifacts/artifacts.js";
import { UPLOADS_PREFIX } from "../../store/images/uploads.js";
import { BASES_PREFIX } from "../../store/records/bases.js";
import { RUNS_PREFIX } from "../../store/records/records.js";
import type { StoreGarbage } from "./garbage.js";

/**
 * A base, an upload or an artifact keeps data objects; a run besides keeps artifacts; a model besides keeps the run that made it, with
 * all that is the run's.
 */
export function heldBack(found: StoreGarbage, damaged: readonly DamagedRecord[]): StoreGarbage {
  const isOf = ({ record }: DamagedRecord, ...prefixes: readonly string[]): boolean =>
    prefixes.some((prefix) => record.startsWith(prefix));
  const beyondData = damaged.filter((one) => !isOf(one, BASES_PREFIX, UPLOADS_PREFIX, ARTIFACTS_PREFIX));
  const beyondArtifacts = beyondData.filter((one) => !isOf(one, RUNS_PREFIX));
  if (beyondArtifacts.length > 0)
    return { objects: [], manifests: [], runs: [], logs: [], traces: [], uploads: [] };
  if (beyondData.length > 0) return { ...found, objects: [], manifests: [] };
  return damaged.length > 0 ? { ...found, objects: [] } : found;
}

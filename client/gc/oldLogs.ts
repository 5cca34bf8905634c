/** Logs of runs that are not kept any more. */
import type { StoredObject } from "../../store/inventory.js";
import { runOfLog } from "../../store/records/logs.js";
import type { Roots } from "./roots.js";

/**
 * A run that failed has no record, so its log is as old as it was last written to.
 * @param before logs that were written to after it stay, whatever became of their run
 */
export function findOldLogs(
  logs: readonly StoredObject[],
  { runs }: Pick<Roots, "runs">,
  before: Date,
): readonly StoredObject[] {
  const recent = new Set(logs.filter(({ modified }) => modified >= before).map(({ name }) => runOfLog(name)));
  return logs.filter(({ name }) => !runs.has(runOfLog(name)) && !recent.has(runOfLog(name)));
}

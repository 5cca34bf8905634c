/** What garbage collection removed, or would remove, as a table. */
import type { GcJson, GcPartJson } from "../../json/gc.js";
import type { Screen } from "../../output.js";
import { size } from "../numbers.js";
import { table } from "../table.js";

const NUMBERS = [1, 2];

export function gcTable(
  { removed, runs, artifacts, objects, logs, traces, uploads, local, jobs, kept }: GcJson,
  screen: Screen,
): string {
  const row = (what: string, { count, bytes }: GcPartJson): string[] => [what, String(count), size(bytes)];
  return table(
    [removed ? "REMOVED" : "WOULD GO", "COUNT", "SIZE"],
    [
      ["records of old runs", String(runs.length), ""],
      row("artifacts", artifacts),
      row("data objects", objects),
      row("logs of old runs", logs),
      row("checkpoints of old runs", traces),
      row("lists of uploaded images", uploads),
      row("files on this machine", local),
      ...(jobs === undefined
        ? []
        : [
            [`Jobs in namespace ${jobs.namespace}`, String(jobs.orphans.length), ""],
            ["Jobs of runs unknown here (stay)", String(jobs.unknown.length), ""],
          ]),
      row("stay in the store", kept),
    ],
    screen,
    NUMBERS,
  );
}

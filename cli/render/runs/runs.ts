/** Runs as a table, newest first. */
import type { RunListing } from "../../../client/runs/list.js";
import type { Screen } from "../../output.js";
import { duration, percent, shortTime } from "../numbers.js";
import { table } from "../table.js";
import { FOLDS_TITLE, foldsCell } from "./folds.js";

const HEADER = ["RUN", "MODEL", "STATUS", "STARTED", "TOOK", "ACCURACY"];
const NUMBERS = [4, 5, 6];

/** @param now the present, for runs that go on */
export function runsTable(runs: readonly RunListing[], now: Date, screen: Screen): string {
  if (runs.length === 0) return "";
  const { colours } = screen;
  const anyFolds = runs.some(({ folds }) => folds !== undefined);
  const rows = runs.map(({ runId, model, status, startedAt, closedAt, testAccuracy, folds, paused }) => {
    const end = closedAt ?? (status === "running" ? now : undefined);
    const took = end === undefined ? "" : duration((end.getTime() - startedAt.getTime()) / 1000);
    const paint =
      status === "completed"
        ? colours.green
        : status === "running" && paused === undefined
          ? colours.cyan
          : colours.yellow;
    const shown =
      paused === undefined
        ? status
        : `paused since ${shortTime(new Date(paused.since), now)} by ${paused.by}`;
    const accuracy = testAccuracy === undefined ? "" : percent(testAccuracy);
    return [
      runId,
      model,
      paint(shown),
      shortTime(startedAt, now),
      took,
      accuracy,
      ...(anyFolds ? [foldsCell(folds)] : []),
    ];
  });
  return table(anyFolds ? [...HEADER, FOLDS_TITLE] : HEADER, rows, screen, NUMBERS);
}

/** Runs as a table, newest first. */
import type { RunListing } from "../../../client/runs/list.js";
import { serious } from "../../../spec/warnings/warning.js";
import type { Screen } from "../../output.js";
import { duration, percent, shortTime } from "../numbers.js";
import { table } from "../table.js";
import { WARNINGS_TITLE, warningMark } from "../warnings.js";
import { FOLDS_TITLE, foldsCell } from "./folds.js";

const HEADER = ["RUN", "MODEL", "STATUS", "STARTED", "TOOK", "ACCURACY"];
const NUMBERS = [4, 5];
const STATUS_COLUMN = 2;
const FOLDS_COLUMN = HEADER.length;

/** @param now the present, for runs that go on */
export function runsTable(runs: readonly RunListing[], now: Date, screen: Screen): string {
  if (runs.length === 0) return "";
  const { colours } = screen;
  const anyFolds = runs.some(({ folds }) => folds !== undefined);
  const anyWarnings = runs.some(({ warnings = [] }) => serious(warnings).length > 0);
  const rows = runs.map((run) => {
    const { runId, model, status, startedAt, closedAt, testAccuracy, folds, paused, warnings } = run;
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
      ...(anyWarnings ? [warningMark(warnings, colours)] : []),
    ];
  });
  const header = [...HEADER, ...(anyFolds ? [FOLDS_TITLE] : []), ...(anyWarnings ? [WARNINGS_TITLE] : [])];
  const whole = [0, STATUS_COLUMN, ...(anyWarnings ? [header.length - 1] : [])];
  return table(header, rows, screen, anyFolds ? [...NUMBERS, FOLDS_COLUMN] : NUMBERS, whole);
}

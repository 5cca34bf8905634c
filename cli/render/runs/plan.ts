/** A plan as a table: which stages would be computed, and why. */
import type { PlannedStage } from "../../../client/plan/foresee.js";
import type { Screen } from "../../output.js";
import { table } from "../table.js";
import { truncate } from "../text.js";

export function planTable(stages: readonly PlannedStage[], screen: Screen): string {
  const { colours, width } = screen;
  const paint = (action: PlannedStage["action"]): string =>
    action === "run"
      ? colours.cyan(action)
      : action === "reuse"
        ? colours.green(action)
        : colours.dim(action);
  const rows = stages.map(({ name, action, why }) => [name, paint(action), why]);
  return table(["STAGE", "ACTION", "WHY"], rows, screen)
    .split("\n")
    .map((line) => truncate(line, width))
    .join("\n");
}

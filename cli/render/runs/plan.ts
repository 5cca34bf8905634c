/** A plan as a table: which stages would be computed, and why. */
import type { PlannedStage } from "../../../client/plan/foresee.js";
import type { Screen } from "../../output.js";
import { table } from "../table.js";
import { truncate } from "../text.js";
import { joinAlike } from "./alike.js";

/** A plan of a run that computes nothing, in three lines; else the table. */
export function planText(model: string, stages: readonly PlannedStage[], screen: Screen): string {
  if (stages.some(({ action }) => action === "run" || action === "maybe")) return planTable(stages, screen);
  const reused = stages.filter(({ action }) => action === "reuse").length;
  const skipped = stages.length - reused;
  return [
    `${screen.colours.bold(model)}: nothing to compute`,
    `${reused === 1 ? "The one stage is" : `All ${reused} stages are`} in the store${skipped === 0 ? "" : `; ${skipped} are left out, as before`}.`,
    "`thaw run` would end in seconds with the same model; `thaw models` lists it.",
  ].join("\n");
}

export function planTable(stages: readonly PlannedStage[], screen: Screen): string {
  const { colours, width } = screen;
  const paint = (action: PlannedStage["action"]): string =>
    action === "run"
      ? colours.cyan(action)
      : action === "reuse"
        ? colours.green(action)
        : colours.dim(action);
  const shown = joinAlike(stages, ({ action, why }) =>
    action === "skip" || action === "maybe" ? `${action} ${why}` : undefined,
  );
  const rows = shown.map(({ name, action, why }) => [name, paint(action), why]);
  return table(["STAGE", "ACTION", "WHY"], rows, screen)
    .split("\n")
    .map((line) => truncate(line, width))
    .join("\n");
}

/** What a run was told while it goes on, as lines. */

import type { RunView } from "../../../client/runs/watch.js";
import { commandText } from "../../../spec/steering/words.js";
import type { Screen } from "../../output.js";
import { shortTime } from "../numbers.js";
import { truncate } from "../text.js";

/** More of them would push the stages off the screen; `--json` has all. */
const MOST_SHOWN = 5;

/** Below the stages: whether the run is paused, and the last commands. */
export function steeringLines(
  { runId, control, status }: RunView,
  screen: Screen,
  now = new Date(),
): readonly string[] {
  if (control === undefined) return [];
  const { colours, width } = screen;
  const { paused, commands } = control;
  const lines = commands
    .slice(-MOST_SHOWN)
    .map((record) => colours.dim(truncate(`${record.by}: ${commandText(record)}`, width)));
  const pause =
    paused === undefined || status !== "running"
      ? []
      : [
          colours.yellow(`‖ paused since ${shortTime(new Date(paused.since), now)} by ${paused.by}`),
          `  \`thaw unpause ${runId}\` lets it go on`,
        ];
  return ["", ...lines, ...pause];
}

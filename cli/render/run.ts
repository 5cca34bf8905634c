/** A run at one moment: the frame of `thaw watch`, and the lines where nothing can be written over. */
import type { RunView } from "../../client/watchRun.js";
import type { LiveStage } from "../../spec/run.js";
import type { Colours, Screen } from "../output.js";
import { duration } from "./numbers.js";
import { stageTable } from "./stages.js";
import { truncate } from "./text.js";

const NO_WORKER = "no worker takes the run's tasks: `thaw status` tells which is down, `thaw up` starts it";

/**
 * @param url of the run in the Temporal UI
 * @param now the present, for the time that the run has taken so far
 */
export function runText(view: RunView, url: string | undefined, now: Date, screen: Screen): string {
  const { colours, width } = screen;
  return [
    truncate(headline(view, now, colours), width),
    ...(url === undefined ? [] : [colours.dim(url)]),
    "",
    stageTable(view.stages, screen),
    ...(view.noWorker === true ? ["", colours.yellow(`! ${NO_WORKER}`)] : []),
  ].join("\n");
}

/** What is new in `next`: a line for each stage that has changed its state or is at another attempt. */
export function changedLines(last: RunView | undefined, next: RunView, screen: Screen): readonly string[] {
  const before = new Map(last?.stages.map((stage) => [stage.name, stage]));
  const lines = next.stages
    .filter((stage) => stage.state !== "waiting" && hasChanged(before.get(stage.name), stage))
    .map(({ progress: _progress, ...stage }) => stageTable([stage], screen));
  return next.noWorker === true && last?.noWorker !== true ? [...lines, `! ${NO_WORKER}`] : lines;
}

function hasChanged(before: LiveStage | undefined, now: LiveStage): boolean {
  return before?.state !== now.state || (before.attempt ?? 1) !== (now.attempt ?? 1);
}

function headline(
  { runId, model, status, startedAt, closedAt }: RunView,
  now: Date,
  colours: Colours,
): string {
  const seconds = ((closedAt ?? now).getTime() - startedAt.getTime()) / 1000;
  const paint = { running: colours.cyan, completed: colours.green }[status as string] ?? colours.red;
  return `${colours.bold(runId)}  ${model}  ${paint(status)}  ${duration(seconds)}`;
}

/** A run at one moment: the frame of `thaw watch`, and the lines where nothing can be written over. */
import type { ToGo } from "../../../client/forecast/toGo.js";
import type { RunView } from "../../../client/runs/watch.js";
import type { LiveStage } from "../../../spec/pipeline/run.js";
import type { PodState } from "../../../spec/pods/pod.js";
import { podSentence } from "../../../spec/pods/sentence.js";
import type { Screen } from "../../output.js";
import type { Colours } from "../../terminal/colours.js";
import { duration, inShort } from "../numbers.js";
import { truncate, wrap } from "../text.js";
import { stageTable, withSkippedJoined } from "./stages.js";
import { steeringLines } from "./steering.js";

/** What is known of a run besides its view. */
export interface RunSurroundings {
  /** The run in the Temporal UI. */
  readonly url: string | undefined;
  /** What keeps the run from going on, and what mends it. */
  readonly warning: string | undefined;
  /** Where it is and how long it will go on; known to those who watch. */
  readonly toGo?: ToGo | undefined;
}

/** @param now the present, for the time that the run has taken so far */
export function runText(
  view: RunView,
  { url, warning, toGo }: RunSurroundings,
  now: Date,
  screen: Screen,
): string {
  const { colours, width } = screen;
  return [
    truncate(
      `${headline(view, now, colours)}${toGo === undefined || view.status !== "running" ? "" : `  ${toGoText(toGo)}`}`,
      width,
    ),
    ...(view.resumedFrom === undefined ? [] : [colours.dim(`goes on from ${view.resumedFrom}`)]),
    ...(url === undefined ? [] : [colours.dim(url)]),
    "",
    stageTable(view.stages, screen),
    ...podLines(view, screen),
    ...steeringLines(view, screen, now),
    ...(warning === undefined ? [] : ["", colours.yellow(`! ${warning}`)]),
  ].join("\n");
}

/** A line for each stage, and for the pod, that is in another state than before, or at another attempt. */
export function changedLines(last: RunView | undefined, next: RunView, screen: Screen): readonly string[] {
  const before = new Map(last?.stages.map((stage) => [stage.name, stage]));
  const said = new Set(podsOf(last).map(podSentence));
  const pods = podsOf(next)
    .map(podSentence)
    .filter((sentence) => !said.has(sentence));
  const changed = next.stages
    .filter(({ state }) => state !== "waiting" && state !== "not-run")
    .filter((stage) => hasChanged(before.get(stage.name), stage));
  const stages = withSkippedJoined(changed).map(({ progress: _progress, ...stage }) =>
    stageTable([stage], screen, next.stages),
  );
  return [...stages, ...pods.map((sentence) => `  ${sentence}`)];
}

const podsOf = (view: RunView | undefined): readonly PodState[] => [
  ...(view?.pod === undefined ? [] : [view.pod]),
  ...(view?.otherPods ?? []),
];

/** A pod that does not run is why nothing else moves. */
function podLines(view: RunView, { colours, width }: Screen): readonly string[] {
  const lines = podsOf(view).flatMap((pod) =>
    wrap(podSentence(pod), width).map((line) =>
      pod.phase === "running" ? colours.dim(line) : colours.yellow(line),
    ),
  );
  return lines.length === 0 ? [] : ["", ...lines];
}

function hasChanged(before: LiveStage | undefined, now: LiveStage): boolean {
  return before?.state !== now.state || (before.attempt ?? 1) !== (now.attempt ?? 1);
}

/** E.g. `stage 6 of 14, about 3 min to go`, or `at least about`. */
function toGoText({ stage, of, seconds, isLeast }: ToGo): string {
  const where = `stage ${stage} of ${of}`;
  return seconds === undefined
    ? where
    : `${where}, ${isLeast ? "at least " : ""}about ${inShort(seconds)} to go`;
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

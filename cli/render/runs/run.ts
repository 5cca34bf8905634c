/** A run at one moment: the frame of `thaw watch`, and the lines where nothing can be written over. */
import type { ToGo } from "../../../client/forecast/toGo.js";
import type { RunView } from "../../../client/runs/watch.js";
import type { LiveStage } from "../../../spec/pipeline/run.js";
import type { PodState } from "../../../spec/pods/pod.js";
import { podSentence } from "../../../spec/pods/sentence.js";
import type { Screen } from "../../output.js";
import { duration, inShort } from "../numbers.js";
import { truncate, widthOf, wrap } from "../text.js";
import { type Notes, stageTable, withSkippedJoined } from "./stages.js";
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

/**
 * @param now the present, for the time that the run has taken so far
 * @param notes of the stages: cut in a frame that is to be drawn again
 */
export function runText(
  view: RunView,
  { url, warning, toGo }: RunSurroundings,
  now: Date,
  screen: Screen,
  notes: Notes = "whole",
): string {
  const { colours, width } = screen;
  return [
    ...headlines(view, view.status === "running" ? toGo : undefined, now, screen),
    ...(view.resumedFrom === undefined ? [] : [colours.dim(`goes on from ${view.resumedFrom}`)]),
    ...(url === undefined ? [] : [colours.dim(url)]),
    "",
    stageTable(view.stages, screen, view.stages, notes),
    ...podLines(view, screen),
    ...steeringLines(view, screen, now),
    ...(warning === undefined
      ? []
      : ["", ...wrap(`! ${warning}`, width).map((line) => colours.yellow(line))]),
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
    stageTable([stage], screen, next.stages, "whole"),
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

/**
 * How far it is and how long it will go on is what people look for: where the line is too narrow for all, the model gives
 * way if the run's id begins with it, then the rest goes to a line of its own.
 */
function headlines(
  { runId, model, status, startedAt, closedAt }: RunView,
  toGo: ToGo | undefined,
  now: Date,
  { colours, width }: Screen,
): readonly string[] {
  const seconds = ((closedAt ?? now).getTime() - startedAt.getTime()) / 1000;
  const paint = { running: colours.cyan, completed: colours.green }[status as string] ?? colours.red;
  const told = [paint(status), duration(seconds), ...(toGo === undefined ? [] : [toGoText(toGo)])];
  const id = colours.bold(runId);
  const named = runId.startsWith(`${model}-`) ? [id] : [id, model];
  const joined = (parts: readonly string[]): string => parts.join("  ");
  for (const line of [joined([id, model, ...told]), joined([...named, ...told])]) {
    if (widthOf(line) <= width) return [line];
  }
  return [joined(named), joined(told)].map((line) => truncate(line, width));
}

/** What a run was told while it goes on, as lines. */
import type { RunView } from "../../../client/runs/watch.js";
import type { AppliedAt, SteerCommand, SteerRecord } from "../../../spec/steering/steering.js";
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

/** E.g. `set learning_rate 0.5x: applied at tune-1, epoch 3, step 41`. */
export function commandText({ command, state, applied, stage }: SteerRecord): string {
  const what = whatText(command);
  if (applied !== undefined) return `${what}: applied at ${placeText(applied)}`;
  if (state === "missed") return `${what}: missed, ${missedText(command, stage)}`;
  return `${what}: accepted${stage === undefined ? "" : ` for ${stage}`}`;
}

function whatText(command: SteerCommand): string {
  switch (command.kind) {
    case "finish":
      return "stop --keep-best";
    case "set": {
      const { learningRate, patience, epochs } = command;
      const values = [
        ...(learningRate === undefined ? [] : [`learning_rate ${learningRate}x`]),
        ...(patience === undefined ? [] : [`patience ${patience}`]),
        ...(epochs === undefined ? [] : [`epochs ${epochs}`]),
      ];
      return `set ${values.join(", ")}`;
    }
    default:
      return command.kind;
  }
}

function missedText({ kind }: SteerCommand, stage: string | undefined): string {
  return kind === "pause" ? "the run went on before" : `${stage ?? "the run"} ended before`;
}

function placeText({ stage, epoch, step }: AppliedAt): string {
  return [
    stage,
    ...(epoch === undefined ? [] : [`epoch ${epoch}`]),
    ...(step === undefined ? [] : [`step ${step}`]),
  ].join(", ");
}

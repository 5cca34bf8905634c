/** A command, and what became of it, in words. */
import type { AppliedAt, SteerCommand, SteerRecord } from "./steering.js";

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

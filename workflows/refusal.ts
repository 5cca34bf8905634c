/** Why a command makes no sense now, in words for the person who gave it. */
import { MOST_EPOCHS } from "../spec/runFile/bounds.js";
import {
  type Pause,
  RATE_FACTORS,
  STEERABLE_KINDS,
  type SteerRecord,
  type SteerRequest,
  type SteerSettings,
} from "../spec/steering/steering.js";

export interface Refusal {
  readonly message: string;
  readonly hint?: string;
}

/** What the run is doing. */
export interface Situation {
  readonly paused: Pause | undefined;
  readonly stage: { readonly name: string; readonly kind: string } | undefined;
  readonly commands: readonly SteerRecord[];
}

/** @returns undefined for a command that can be accepted. A request of a foreign client may be anything. */
export function refusal(request: SteerRequest, { paused, stage, commands }: Situation): Refusal | undefined {
  const { command, by } = request;
  if (typeof by !== "string" || by === "") return { message: "the command does not say who gives it" };
  switch (command?.kind) {
    case "pause":
      if (paused === undefined) return undefined;
      return {
        message: `the run is paused already, since ${paused.since} by ${paused.by}`,
        hint: "`thaw unpause RUN` lets it go on",
      };
    case "unpause":
      return paused === undefined ? { message: "the run is not paused" } : undefined;
    case "set":
    case "finish": {
      if (stage === undefined || !STEERABLE_KINDS.includes(stage.kind))
        return notTraining(stage?.name, paused);
      const ending = commands.find((one) => one.command.kind === "finish" && one.stage === stage.name);
      if (ending !== undefined) {
        return { message: `${stage.name} is being ended already: ${ending.by} asked for it at ${ending.at}` };
      }
      return command.kind === "set" ? outOfBounds(command) : undefined;
    }
    default:
      return { message: "this version of thaw does not know the command" };
  }
}

function notTraining(name: string | undefined, paused: Pause | undefined): Refusal {
  if (paused !== undefined)
    return {
      message: `the run is paused${name === undefined ? "" : ` at ${name}, which is not to be steered`}: only the training of the head and the stages of unfreezing take new values`,
      hint: "`thaw unpause RUN` lets it go on; give the command again when `thaw watch RUN` shows one of these stages at work",
    };
  return {
    message: `${name === undefined ? "no stage is at work" : `${name} is at work, which is not to be steered`}: only the training of the head and the stages of unfreezing take new values`,
    hint: "`thaw watch RUN` shows where the run is; `thaw resume RUN --set KEY=VALUE` starts it anew with other values",
  };
}

function outOfBounds({ learningRate, patience, epochs }: SteerSettings): Refusal | undefined {
  if (learningRate === undefined && patience === undefined && epochs === undefined)
    return { message: "nothing is to be set", hint: "for example `thaw set RUN learning_rate=0.5x`" };
  const { least, most } = RATE_FACTORS;
  if (learningRate !== undefined && !(learningRate >= least && learningRate <= most))
    return { message: `learning_rate ${learningRate}x is out of bounds: from ${least}x to ${most}x` };
  for (const [name, value] of Object.entries({ patience, epochs })) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value <= MOST_EPOCHS))
      return { message: `${name} ${value} is out of bounds: a whole number from 1 to ${MOST_EPOCHS}` };
  }
  return undefined;
}

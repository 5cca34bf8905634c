/** What every command gets from the options that all commands share. */
import type { Command } from "commander";
import { createOutput, type Output } from "./output.js";

export interface Context<Options> {
  readonly output: Output;
  /** `--project`; the current folder decides without it. */
  readonly project: string | undefined;
  readonly options: Options;
}

interface SharedOptions {
  readonly json?: boolean;
  readonly color?: boolean;
  readonly project?: string;
}

/** @typeParam Options the command's own options, by the names that commander gives them */
export function contextOf<Options>(command: Command): Context<Options> {
  const options = command.optsWithGlobals<SharedOptions & Options>();
  return { output: createOutput(options), project: options.project, options };
}

/** Adds examples to a command's `--help`: command lines, and what they do. */
export function withExamples(command: Command, examples: readonly (readonly [string, string])[]): Command {
  const lines = examples.flatMap(([line, what]) => [`  # ${what}`, `  $ ${line}`]);
  return command.addHelpText("after", ["", "Examples:", ...lines].join("\n"));
}

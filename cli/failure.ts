/** Errors on their way out: what people and programs are told, and the exit code. */
import { inspect } from "node:util";
import { CommanderError } from "commander";
import { ThawError } from "../spec/errors.js";
import { masked } from "../spec/network/masked.js";
import type { ErrorJson, ErrorLineJson } from "./json/error.js";
import type { Output } from "./output.js";
import { wrapWords } from "./render/words.js";
import type { Colours } from "./terminal/colours.js";
import { type Clean, indentedLines } from "./terminal/shown.js";

export interface Failure extends ErrorJson {
  /** Shown under `THAW_DEBUG=1` only. */
  readonly stack?: string;
}

/** What an error means, or undefined when help or the version was printed instead. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof CommanderError) return usageFailure(error);
  const stack = masked(inspect(error));
  if (error instanceof ThawError) {
    const { code, message, hint, exitCode } = error;
    return { code, message, ...(hint === undefined ? {} : { hint }), exitCode, stack };
  }
  const message = masked(error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, " ");
  return { code: "UNEXPECTED", message: `${message} (set THAW_DEBUG=1 for the stack)`, exitCode: 1, stack };
}

/** Whether an error that ended the program without a failure was what the user wanted. */
export function isAskedFor(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0;
}

/** Commander's messages are `error: unknown option '--x'\n(Did you mean --y?)`. */
function usageFailure({ code, message, exitCode }: CommanderError): Failure | undefined {
  if (exitCode === 0 || code === "commander.help") return undefined;
  const [first = "", ...rest] = message.replace(/^error: /, "").split("\n");
  const suggestion = rest.join(" ").replace(/^\((.*)\)$/, "$1");
  return {
    code: "USAGE",
    message: masked(first),
    hint: suggestion === "" ? "see `thaw --help`, or `--help` behind a command" : suggestion,
    exitCode: 2,
  };
}

/** Writes a failure to stderr: a line of JSON under `--json`, else a sentence and its hint. */
export function tellFailure(failure: Failure, output: Output): void {
  const { stack: _stack, ...json } = failure;
  const line: ErrorLineJson = { error: json };
  const { colours, width } = output.screen.stderr;
  const isDebugging = Boolean(process.env.THAW_DEBUG);
  if (output.json) output.jsonError(line);
  else output.talk(failureText(output.inProject(failure), colours, isDebugging, width));
}

/** Messages may have several lines; names in them are cleaned. */
export function failureText(
  { code, message, hint, stack }: Failure,
  colours: Colours,
  debug: boolean,
  width = Number.POSITIVE_INFINITY,
): Clean {
  const paragraph = (title: string, text: string): string =>
    wrapWords(`${title} ${indentedLines(text)}`, width, "  ");
  return [
    paragraph(`${colours.red("error")} ${colours.dim(`${code}:`)}`, message),
    ...(hint === undefined ? [] : [paragraph(`${colours.cyan("hint")}:`, hint)]),
    ...(debug && stack !== undefined ? [colours.dim(indentedLines(stack))] : []),
  ].join("\n") as Clean;
}

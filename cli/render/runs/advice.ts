/** What is said beside the data: what has happened, and which commands come next. */
import type { Upload } from "../../../client/images/upload.js";
import type { RunResult } from "../../../spec/pipeline/run.js";
import type { Output, Screen } from "../../output.js";
import { duration, size } from "../numbers.js";

/** Advice after a completed run. */
export function nextCommands({ runId, model }: RunResult): string {
  return commandList([
    [`thaw report ${runId}`, "the report, as HTML"],
    [`thaw predict ${model} FILE…`, "classify images with it"],
  ]);
}

/** Advice after a run that failed. */
export function afterFailure(runId: string): string {
  return commandList([
    [`thaw explain ${runId}`, "why, and what to do"],
    [`thaw logs ${runId}`, "what its stages wrote down"],
  ]);
}

/** Advice after a run that was cancelled. */
export function afterCancel(runId: string): string {
  return commandList([[`thaw resume ${runId}`, "go on from what is done"]]);
}

/** What an upload did. @param seconds that it took */
export function uploadedText({ leftOut, ...upload }: Upload, seconds: number): string {
  const [first] = leftOut;
  if (first === undefined) return sentText(upload, seconds);
  const files = leftOut.length === 1 ? "file is" : "files are";
  return `${sentText(upload, seconds)}; ${leftOut.length} ${files} left out (${first.path}: ${first.reason})`;
}

function sentText({ images, sent }: Pick<Upload, "images" | "sent">, seconds: number): string {
  if (sent.files === 0) return `The ${images} images are in the store already`;
  const rest = sent.files === images ? "" : `; the other ${images - sent.files} are there already`;
  return `Uploaded ${sent.files} images, ${size(sent.bytes)}, in ${duration(seconds)}${rest}`;
}

/** Advice after the start of a run. */
export function startedText(runId: string, url: string | undefined, { colours }: Screen): string {
  return [
    `Started ${colours.bold(runId)}`,
    ...(url === undefined ? [] : [url]),
    commandList([
      [`thaw watch ${runId}`, "follow it"],
      [`thaw cancel ${runId}`, "stop it"],
    ]),
  ].join("\n");
}

/** What is said when the watching of a run ends before the run. */
export function stillRunningText(runId: string): string {
  return [
    "The run goes on.",
    commandList([
      [`thaw watch ${runId}`, "follow it again"],
      [`thaw cancel ${runId}`, "stop it"],
    ]),
  ].join("\n");
}

/** On a terminal: what may come next, once the answer is there. Scripts and pipes are spared. */
export function suggest(output: Output, commands: readonly (readonly [string, string])[]): void {
  if (output.json || !output.screen.stderr.live || commands.length === 0) return;
  output.tell(commands, (shown, { colours }) => `\n${colours.dim(commandList(shown))}`);
}

/** Commands to copy, each with what it does. */
export function commandList(commands: readonly (readonly [string, string])[]): string {
  const width = Math.max(...commands.map(([command]) => command.length));
  return commands.map(([command, what]) => `  ${command.padEnd(width)}  # ${what}`).join("\n");
}

/** Commands that people are told: copied from the terminal, they act on the project that `--project` named. */
import { withTexts } from "../../spec/text/visible.js";
import { SIGNED } from "./colours.js";
import { shellWord } from "./shellWord.js";

/** Between backticks, as sentences and hints name commands; `thaw --help` concerns no project. */
const QUOTED = /`((?:npm run )?thaw (?:-- )?[a-z][^`]*)`/g;
/** Indented, with what it does behind it, as lists of commands have them; a colour of ours may begin before it. */
const LISTED = new RegExp(`^((?:${SIGNED.source})* {2}thaw [a-z].*?)( +# )`, "gm");

/** A text with the option behind each command of thaw in it. @param project as it was given; undefined where it was not */
export function inProject(text: string, project: string | undefined): string {
  if (project === undefined || !text.includes("thaw ")) return text;
  const option = ` --project ${shellWord(project)}`;
  const again = (command: string): string => (command.includes(" --project") ? command : command + option);
  return text
    .replace(QUOTED, (_, command: string) => `\`${again(command)}\``)
    .replace(LISTED, (_, command: string, _code, remark: string) => again(command) + remark);
}

/** A copy of data in which every text is as {@link inProject} has it: before it is laid out, so that lines are still as wide as they may be. */
export function dataInProject<Value>(value: Value, project: string | undefined): Value {
  return project === undefined ? value : withTexts(value, (text) => inProject(text, project));
}

/** The value of `--project` on a command line that may be wrong in other places; undefined where there is none. */
export function projectIn(words: readonly string[]): string | undefined {
  const end = words.indexOf("--");
  const options = end === -1 ? words : words.slice(0, end);
  const found = options.flatMap((word, index) => {
    if (word.startsWith("--project=")) return [word.slice("--project=".length)];
    return word === "--project" ? options.slice(index + 1, index + 2) : [];
  });
  return found.find((folder) => folder !== "");
}

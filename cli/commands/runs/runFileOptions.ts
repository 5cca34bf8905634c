/** What the commands that read a run file have in common. */
import { shellWord } from "../../terminal/shellWord.js";

export const DEFAULT_RUN_FILE = "thaw.yaml";
export const SET_HELP = "use this value instead of the file's; may be repeated";
/** What `--keep-rolled-back` stands for. */
export const KEEP_ROLLED_BACK = "unfreeze.keep_rolled_back=true";

export const OUTSIDE_HELP = "also read images outside of the folder, which links or rows lead to";

interface Given {
  readonly set?: readonly string[];
  readonly allowOutside?: boolean;
}

/** Run file and options as they have to be typed again, after a space, for the same run; empty where nothing was said. */
export function typedAgain(path: string, { set = [], allowOutside = false }: Given = {}): string {
  return [
    ...(path === DEFAULT_RUN_FILE ? [] : [shellWord(path)]),
    ...set.map((value) => `--set ${shellWord(value)}`),
    ...(allowOutside ? ["--allow-outside"] : []),
  ]
    .map((word) => ` ${word}`)
    .join("");
}

/** The values of `--set`, and what `--allow-outside` stands for. */
export function overridesOf({ set = [], allowOutside = false }: Given): readonly string[] {
  return allowOutside ? [...set, "data.outside=allow"] : set;
}

/** Gathers the values of an option that may be repeated. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

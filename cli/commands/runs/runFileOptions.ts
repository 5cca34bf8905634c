/** What the commands that read a run file have in common. */

export const DEFAULT_RUN_FILE = "thaw.yaml";
export const SET_HELP = "use this value instead of the file's; may be repeated";
/** What `--keep-rolled-back` stands for. */
export const KEEP_ROLLED_BACK = "unfreeze.keep_rolled_back=true";

export const OUTSIDE_HELP = "also read images outside of the folder, which links or rows lead to";

/** The values of `--set`, and what `--allow-outside` stands for. */
export function overridesOf({
  set = [],
  allowOutside = false,
}: {
  readonly set?: readonly string[];
  readonly allowOutside?: boolean;
}): readonly string[] {
  return allowOutside ? [...set, "data.outside=allow"] : set;
}

/** Gathers the values of an option that may be repeated. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

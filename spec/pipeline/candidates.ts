/** The bases that a run compares. */
import type { RunFile } from "../runFile/runFile.js";

/** @returns none where the run starts from `base` @throws Error for `auto`, which a client settles before anything is planned */
export function candidatesOf({ bases }: Pick<RunFile, "bases">): readonly string[] {
  if (bases === "auto") throw new Error("`bases: auto` was not settled before the run was planned");
  // A client from before there were candidates does not say.
  return bases ?? [];
}

/** Those that a run may come to start from: the candidates, or the one base. */
export function basesOf(file: Pick<RunFile, "base" | "bases">): readonly string[] {
  const candidates = candidatesOf(file);
  return candidates.length === 0 ? [file.base] : candidates;
}

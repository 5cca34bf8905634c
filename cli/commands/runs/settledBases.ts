/** Settles `bases: auto` before anything starts, and says what it came to. */
import type { AutoBases } from "../../../client/bases/auto/choose.js";
import type { LoadedRunFile } from "../../../client/runFile/load.js";
import type { Session } from "../../../client/session.js";
import type { Output } from "../../output.js";
import { say } from "../../terminal/shown.js";

/**
 * @returns the run file that names its bases: what is told is what is started
 * @throws ThawError BASE_UNKNOWN, STORE_…
 */
export async function settledBases<Loaded extends Pick<LoadedRunFile, "file" | "dataPath">>(
  store: Session["store"],
  loaded: Loaded,
  output: Output,
): Promise<Loaded & { readonly auto?: AutoBases }> {
  if (loaded.file.bases !== "auto") return loaded;
  const { autoSentences, settleBases } = await import("../../../client/bases/auto/settle.js");
  const settled = await settleBases(store, loaded.file, { dataPath: loaded.dataPath });
  for (const sentence of settled.auto === undefined ? [] : autoSentences(settled.auto))
    output.talk(say`${sentence}.`);
  return { ...loaded, ...settled };
}

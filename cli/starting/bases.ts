/** Settles what a run file leaves to `auto` before anything starts, and says what it came to. */
import type { AutoBases } from "../../client/bases/auto/choose.js";
import type { LoadedRunFile } from "../../client/runFile/load.js";
import type { Session } from "../../client/session.js";
import type { Output } from "../output.js";
import { say } from "../terminal/shown.js";

/**
 * @returns the run file that names its bases and its number of views: what is told is what is started
 * @throws ThawError BASE_UNKNOWN, NOT_FOUND, STORE_…, those of `listSource`
 */
export async function settledBases<Loaded extends Pick<LoadedRunFile, "file" | "dataPath" | "listed">>(
  store: Session["store"],
  given: Loaded,
  output: Output,
): Promise<Loaded & { readonly auto?: AutoBases }> {
  const loaded = await settledViews(store, given, output);
  if (loaded.file.bases !== "auto") return loaded;
  const { autoSentences, settleBases } = await import("../../client/bases/auto/settle.js");
  const settled = await settleBases(store, loaded.file, loaded);
  for (const sentence of settled.auto === undefined ? [] : autoSentences(settled.auto))
    output.talk(say`${sentence}.`);
  return { ...loaded, ...settled };
}

async function settledViews<Loaded extends Pick<LoadedRunFile, "file" | "dataPath" | "listed">>(
  store: Session["store"],
  loaded: Loaded,
  output: Output,
): Promise<Loaded> {
  if (loaded.file.augment.views !== "auto") return loaded;
  const { settleViews } = await import("../../client/images/settleViews.js");
  const { file, sentence } = await settleViews(store, loaded.file, loaded);
  if (sentence !== undefined) output.talk(say`${sentence}.`);
  return { ...loaded, file };
}

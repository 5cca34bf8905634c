/** Settles what a run file leaves to `auto` before anything starts, and says what it came to. */
import type { AutoBases } from "../../client/bases/auto/choose.js";
import type { SettledBases } from "../../client/bases/auto/settle.js";
import type { LoadedRunFile } from "../../client/runFile/load.js";
import type { Session } from "../../client/session.js";
import {
  autoPrecisionSentence,
  type SettledPrecision,
  withPrecision,
} from "../../spec/pipeline/precision.js";
import type { Platform } from "../../spec/platform.js";
import type { RunFile } from "../../spec/runFile/runFile.js";
import type { Output } from "../output.js";
import { say } from "../terminal/shown.js";

/**
 * `precision: auto` is only told of here: what is started has it from the run's input, which says who decided.
 * @returns the run file that names its bases and its number of views: what is told is what is started; and, for whoever
 *   foresees the run, as its precision will be
 * @throws ThawError BASE_UNKNOWN, NOT_FOUND, STORE_…, those of `listSource`
 */
export async function settledBases<Loaded extends Pick<LoadedRunFile, "file" | "dataPath" | "listed">>(
  { store, platform }: { readonly store: Session["store"]; readonly platform: Pick<Platform, "embedded"> },
  given: Loaded,
  output: Output,
): Promise<Loaded & { readonly auto?: AutoBases; readonly precise: SettledPrecision }> {
  const loaded = await settledViews(store, given, output);
  const { file, ...found } = await settledNames(store, loaded, output);
  return { ...loaded, ...found, file, precise: await settledPrecision(file, platform, output) };
}

async function settledPrecision(
  file: RunFile,
  platform: Pick<Platform, "embedded">,
  output: Output,
): Promise<SettledPrecision> {
  if (file.precision !== "auto") return { file };
  const { starterOn } = await import("../../client/bases/ofFile.js");
  const precise = withPrecision(file, starterOn(platform));
  if (precise.auto !== undefined) output.talk(say`${autoPrecisionSentence(precise.auto)}.`);
  return precise;
}

async function settledNames(
  store: Session["store"],
  loaded: Pick<LoadedRunFile, "file" | "dataPath" | "listed">,
  output: Output,
): Promise<SettledBases> {
  if (loaded.file.bases !== "auto") return { file: loaded.file };
  const { autoSentences, settleBases } = await import("../../client/bases/auto/settle.js");
  const settled = await settleBases(store, loaded.file, loaded);
  for (const sentence of settled.auto === undefined ? [] : autoSentences(settled.auto))
    output.talk(say`${sentence}.`);
  return settled;
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

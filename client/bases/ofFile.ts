/** The bases of a run file, found once: what their names mean, and the file as it suits them. */
import type { BaseSpec } from "../../spec/base.js";
import { multipliesBfloat16 } from "../../spec/engine/processor.js";
import { withPrecision } from "../../spec/pipeline/precision.js";
import type { RunInput } from "../../spec/pipeline/run.js";
import { suitsAll, withStages } from "../../spec/pipeline/unfreezing.js";
import type { RunFile } from "../../spec/runFile/runFile.js";
import type { Store } from "../../store/connection/connection.js";
import { resolveBase, resolveCandidates } from "./resolve.js";

/** What the bases' names mean, as a run has it. */
export type KnownBases = Pick<RunInput, "base" | "candidates">;

/**
 * The run's input as far as the bases decide it: `thaw plan` and the run itself start from the same.
 * @param recorded what the names meant in another run; looked up when left out
 * @throws ThawError BASE_UNKNOWN, NOT_FOUND (a model that there is not), RUN_FILE_INVALID (layer groups), STORE_…
 */
export async function withBases(
  store: Store,
  asked: RunFile,
  recorded?: KnownBases,
): Promise<Pick<RunInput, "file"> & KnownBases> {
  const file = withPrecision(asked, multipliesBfloat16());
  if (file.bases.length > 0) {
    const candidates = recorded?.candidates ?? (await resolveCandidates(store, file.bases));
    // None of them is the base yet.
    return { file: suitsAll(file, candidates), ...baseOf(recorded?.base), candidates };
  }
  const base = recorded === undefined ? await resolveBase(store, file.base) : recorded.base;
  return { file: withStages(file, base), ...baseOf(base) };
}

function baseOf(base: BaseSpec | undefined): Pick<RunInput, "base"> {
  return base === undefined ? {} : { base };
}

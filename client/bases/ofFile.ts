/** The bases of a run file, found once: what their names mean, and the file as it suits them. */
import type { BaseSpec } from "../../spec/base.js";
import { multipliesBfloat16 } from "../../spec/engine/processor.js";
import { candidatesOf } from "../../spec/pipeline/candidates.js";
import { type Starter, withPrecision } from "../../spec/pipeline/precision.js";
import type { RunInput } from "../../spec/pipeline/run.js";
import { suitsAll, withStages } from "../../spec/pipeline/unfreezing.js";
import type { Platform } from "../../spec/platform.js";
import type { RunFile } from "../../spec/runFile/runFile.js";
import type { Store } from "../../store/connection/connection.js";
import type { ListedSource } from "../images/list.js";
import { settleViews } from "../images/settleViews.js";
import { settleBases } from "./auto/settle.js";
import { resolveBase, resolveCandidates } from "./resolve.js";

/** What the bases' names mean, as a run has it. */
export type KnownBases = Pick<RunInput, "base" | "candidates">;

/** The run's input as far as its bases and what it leaves to `auto` decide it. */
export type SettledInput = Pick<RunInput, "file" | "autoPrecision"> & KnownBases;

export interface BasesOptions {
  /** What the names meant in another run; looked up when left out. */
  readonly recorded?: KnownBases;
  /** Where the images are: what `auto` may take depends on how many there are. */
  readonly source?: ListedSource;
  /** Where the run would be started; without it nothing is known of the machine that computes. */
  readonly platform?: Pick<Platform, "embedded">;
}

/**
 * The run's input as far as the bases decide it: `thaw plan` and the run itself start from the same. `bases: auto`,
 * `augment.views: auto` and `precision: auto` are settled by it, and the file it returns names what was taken.
 * @throws ThawError BASE_UNKNOWN, NOT_FOUND (a model that there is not, the upload), RUN_FILE_INVALID (layer groups), STORE_…
 */
export async function withBases(
  store: Store,
  given: RunFile,
  { recorded, source, platform }: BasesOptions = {},
): Promise<SettledInput> {
  const { file: settled } = await settleBases(store, given, source);
  const { file: numbered } = await settleViews(store, settled, source);
  const { file, auto } = withPrecision(numbered, starterOn(platform));
  const told = auto === undefined ? {} : { autoPrecision: auto };
  const bases = candidatesOf(file);
  if (bases.length > 0) {
    const candidates = recorded?.candidates ?? (await resolveCandidates(store, bases));
    // None of them is the base yet.
    return { file: suitsAll(file, candidates), ...baseOf(recorded?.base), candidates, ...told };
  }
  const base = recorded === undefined ? await resolveBase(store, file.base) : recorded.base;
  return { file: withStages(file, base), ...baseOf(base), ...told };
}

/** Other machines' workers may serve a Temporal server that `thaw up` has not started. */
export function starterOn(platform: Pick<Platform, "embedded"> | undefined): Starter {
  return { computes: platform?.embedded === true, multiplies: multipliesBfloat16 };
}

function baseOf(base: BaseSpec | undefined): Pick<RunInput, "base"> {
  return base === undefined ? {} : { base };
}

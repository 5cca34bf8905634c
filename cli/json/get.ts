/** JSON of `thaw get`. Public API. */

import type { RunCost } from "../../spec/prices.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { RunJson } from "./run.js";

/** Without WHAT: what is known of the run or the model, and the files of its stages. */
export interface GetJson {
  readonly run?: RunJson;
  readonly model?: ModelVersion;
  /** Of the stages that the run computed itself, or the model's; only where `THAW_PRICES` names a price table. */
  readonly cost?: RunCost;
  readonly files: readonly {
    /** What to give as WHAT: `STAGE/FILE`; `STAGE` means all files of the stage. */
    readonly what: string;
    readonly bytes: number;
  }[];
}

/** With WHAT: absolute paths of the files that were written. */
export interface GotFilesJson {
  readonly written: readonly string[];
}

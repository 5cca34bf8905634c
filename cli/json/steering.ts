/** JSON of `thaw pause`, `unpause`, `set` and `stop`. Public API. */
import type { SteerRecord } from "../../spec/steering/steering.js";

/** As it was when the command ended: with `--wait` applied or missed, else usually accepted. */
export interface SteerJson extends SteerRecord {
  readonly runId: string;
}

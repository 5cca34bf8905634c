/** JSON of records that a listing could not read. Public API. */
import type { DamagedRecord } from "../../spec/records/damaged.js";

/** The key `damaged` of a listing; nothing where every record could be read. */
export function damagedJson(damaged: readonly DamagedRecord[]): {
  readonly damaged?: readonly DamagedRecord[];
} {
  return damaged.length === 0 ? {} : { damaged };
}

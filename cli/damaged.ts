/** Tells which records a listing could not read. */
import type { DamagedRecord } from "../spec/records/damaged.js";
import type { Output } from "./output.js";

/** On stderr: the others are listed all the same. */
export function tellDamaged(output: Output, damaged: readonly DamagedRecord[]): void {
  for (const record of damaged)
    output.tell(record, ({ why, hint }) => (hint === undefined ? why : `${why}\n  hint: ${hint}`));
}

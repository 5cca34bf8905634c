/** Tells which records a listing could not read, and which nobody can check. */
import type { DamagedRecord } from "../spec/records/damaged.js";
import type { Output } from "./output.js";

/** On stderr: the others are listed all the same. */
export function tellDamaged(output: Output, damaged: readonly DamagedRecord[]): void {
  for (const { why, hint } of damaged) output.talk(hint === undefined ? why : `${why}\n  hint: ${hint}`);
}

/** On stderr, those without a seal. */
export function tellUnsealed(
  output: Output,
  records: readonly { readonly name: string; readonly version: number; readonly seal?: string }[],
): void {
  const names = records
    .filter(({ seal }) => seal === undefined)
    .map(({ name, version }) => `${name}@${version}`);
  if (names.length === 0) return;
  output.talk(`Of an older thaw, without a seal to check the record by: ${names.join(", ")}.`);
}

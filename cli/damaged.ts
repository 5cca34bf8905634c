/** Tells which records a listing could not read, and which nobody can check. */
import type { DamagedRecord } from "../spec/records/damaged.js";
import type { Output } from "./output.js";
import { wrapWords } from "./render/words.js";
import { say } from "./terminal/shown.js";

/** On stderr: the others are listed all the same. */
export function tellDamaged(output: Output, damaged: readonly DamagedRecord[]): void {
  for (const record of damaged)
    output.tell(record, ({ why, hint }, { width }) =>
      hint === undefined ? why : `${why}\n${wrapWords(`  hint: ${hint}`, width, "    ")}`,
    );
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
  output.talk(say`Of an older thaw, without a seal to check the record by: ${names.join(", ")}.`);
}

/** Names that come out of other people's files: which ones tensors may have, and how sentences show the others. */

/** Longer than any that a framework writes; what goes through Temporal and onto screens has an end. */
const LONGEST_NAME = 512;
/** As much of a name as a sentence takes. */
const LONGEST_SHOWN = 80;

/** Control and format characters, among them ESC and those that turn the direction of writing; ends of lines. */
const NO_TEXT = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Keys that mean something else than a key where a plain object is made of them. */
const RESERVED: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** @returns what is wrong with it as the name of a tensor, or of a dict of tensors; undefined if nothing is */
export function nameFault(name: string): string | undefined {
  if (name.length > LONGEST_NAME) return `a name in it has ${name.length} characters`;
  if (NO_TEXT.test(name)) return `the name ${shown(name)} in it has control characters`;
  if (RESERVED.has(name)) return `${name} cannot be the name of a tensor`;
  return undefined;
}

/** The text as a sentence can have it: on one line, without control characters, and not without end. */
export function shown(text: string, longest = LONGEST_SHOWN): string {
  const start = text.slice(0, longest).replace(new RegExp(NO_TEXT, "gu"), "\ufffd");
  return text.length > longest ? `${start}…` : start;
}

/**
 * The one place where text is made fit for a terminal. Names, errors and log lines come from strangers: what is shown of
 * them can neither act on the terminal nor hide, nor pass for a line of ours.
 */
import { shortened, visible, visibleLines, withTexts } from "../../spec/text/visible.js";
import { SIGNED, unsigned } from "./colours.js";

declare const brand: unique symbol;

/** Text in which all that is not ours has been cleaned: only {@link say} and {@link cleanText} make it. */
export type Clean = string & { readonly [brand]: true };

/** Of one value; `--json` has it whole. The longest that is shown on purpose are errors with the last lines of a log. */
const MOST_CHARACTERS = 8_000;

/** A sentence of ours with values of whoever's, each on one line. */
export function say(sentence: TemplateStringsArray, ...values: readonly (string | number)[]): Clean {
  return String.raw({ raw: sentence }, ...values.map((value) => oneLine(String(value)))) as Clean;
}

/** A copy of data in which every text can be shown on one line. */
export function shown<Value>(value: Value): Value {
  return withTexts(value, oneLine);
}

/** What a renderer makes of data, which it is given cleaned. */
export function cleanText<Value>(value: Value, text: (shown: Value) => string): Clean {
  return text(shown(value)) as Clean;
}

/** A value: cleaned, on one line, not too long. */
const oneLine = (text: string): string => withoutActs(shortened(text, MOST_CHARACTERS));

/** On one line, cleaned but for colours of ours. */
export function withoutActs(text: string): string {
  return aroundColours(text, visible);
}

/** Lines stay, for messages of several; all but the first are indented, so that none passes for a message of its own. */
export function indentedLines(text: string): string {
  const [first = "", ...more] = aroundColours(shortened(text, MOST_CHARACTERS), visibleLines).split("\n");
  return [first, ...more.map((line) => (line.startsWith("  ") ? line : `  ${line}`))].join("\n");
}

/** The last look at what is written: whatever else was forgotten, nothing but our colours acts on the terminal. */
export function forTerminal(text: string): string {
  return unsigned(aroundColours(text, visibleLines));
}

function aroundColours(text: string, clean: (part: string) => string): string {
  if (!text.includes("\u001b")) return clean(text);
  // Of each sequence `split` gives what was captured, too: the code.
  const signs = text.match(SIGNED) ?? [];
  return text
    .split(SIGNED)
    .map((part, index) => (index % 2 === 0 ? clean(part) : signs[(index - 1) / 2]))
    .join("");
}

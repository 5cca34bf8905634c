/** A table without lines, for terminals and for `grep` and `awk` alike. */
import Table from "cli-table3";
import type { Screen } from "../output.js";

const NO_LINES = Object.fromEntries(
  [
    ...["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"],
    ...["left", "left-mid", "mid", "mid-mid", "right", "right-mid"],
  ].map((name) => [name, ""]),
);

/** @param right indices of the columns with numbers, which are aligned to the right */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { colours }: Screen,
  right: readonly number[] = [],
): string {
  const text = new Table({
    chars: { ...NO_LINES, middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colAligns: header.map((_, index) => (right.includes(index) ? "right" : "left")),
  });
  text.push(
    header.map((title) => colours.dim(title)),
    ...rows.map((row) => [...row]),
  );
  return text
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

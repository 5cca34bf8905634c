/** Reads Markdown as CommonMark does, as far as it takes to tell that nothing in it acts but what is ours. */
import assert from "node:assert/strict";

/** @param text without the blocks of code */
export function assertInert(text: string): void {
  for (const line of text.split("\n")) {
    const rest = withoutCode(line);
    // Emphasis is ours as well, and harmless.
    const found = /(?<!\\)(?:\\\\)*[[\]<>|`]/.exec(rest);
    assert.equal(found, null, `${found?.[0]} acts in: ${line.slice(0, 300)}`);
    assert.doesNotMatch(rest, /:\/\/|www\.|mailto:|\S@\S+\.\S/i, "an address that renderers make a link of");
    assert.doesNotMatch(rest, /&(?:#|\w+;)(?<!\\&.*)/, "an entity");
  }
}

/** Escapes count outside of code only, and code ends with a run of as many backticks (CommonMark 0.31, 6.1). */
function withoutCode(line: string): string {
  let rest = "";
  for (let at = 0; at < line.length; ) {
    if (line[at] === "\\" && at + 1 < line.length) {
      rest += line.slice(at, at + 2);
      at += 2;
      continue;
    }
    const run = /^`+/.exec(line.slice(at))?.[0] ?? "";
    if (run === "") {
      rest += line[at];
      at += 1;
      continue;
    }
    const end = endOfCode(line, at + run.length, run.length);
    rest += end === undefined ? run : " ";
    at = end ?? at + run.length;
  }
  return rest;
}

function endOfCode(line: string, from: number, length: number): number | undefined {
  const runs = /`+/g;
  runs.lastIndex = from;
  for (let run = runs.exec(line); run !== null; run = runs.exec(line))
    if (run[0].length === length) return run.index + length;
  return undefined;
}

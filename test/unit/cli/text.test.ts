/** Widths in terminal columns. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { progressBar } from "../../../cli/render/progressBar.js";
import { padEnd, padStart, truncate, widthOf, wrap } from "../../../cli/render/text.js";
import { createColours } from "../../../cli/terminal/colours.js";

describe("truncate", () => {
  const CASES: readonly (readonly [string, number, string])[] = [
    ["fits", 4, "fits"],
    ["does not fit", 8, "does no…"],
    ["漢字漢字", 5, "漢字…"],
    ["anything", 0, ""],
    ["anything", Number.POSITIVE_INFINITY, "anything"],
  ];
  for (const [text, width, expected] of CASES) {
    it(`cuts "${text}" to ${width} columns`, () => assert.equal(truncate(text, width), expected));
  }

  it("never leaves a colour on", () => {
    const { red } = createColours(true);
    assert.equal(truncate(red("abcdef"), 4), `${red("abc")}…`);
  });
});

describe("wrap", () => {
  const CASES: readonly (readonly [string, number, readonly string[]])[] = [
    ["one line", 20, ["one line"]],
    ["as wide as it may be", 5, ["as", "wide", "as it", "may", "be"]],
    ["a word too wide", 4, ["a", "word", "too", "wide"]],
    ["extraordinary", 6, ["extra…"]],
    ["not cut at all", Number.POSITIVE_INFINITY, ["not cut at all"]],
  ];
  for (const [text, width, expected] of CASES) {
    it(`breaks "${text}" at ${width} columns`, () => assert.deepEqual(wrap(text, width), expected));
  }
});

describe("padding", () => {
  it("counts columns, not characters", () => {
    assert.equal(padEnd("漢字", 6), "漢字  ");
    assert.equal(padStart("漢字", 6), "  漢字");
    const { red } = createColours(true);
    assert.equal(widthOf(padEnd(red("ab"), 5)), 5);
  });

  it("leaves longer text alone", () => assert.equal(padEnd("abcdef", 3), "abcdef"));
});

describe("progressBar", () => {
  const plain = createColours(false);
  const CASES: readonly (readonly [number, string])[] = [
    [-1, "──────────"],
    [0, "──────────"],
    [0.5, "━━━━━─────"],
    [0.999, "━━━━━━━━━─"],
    [1, "━━━━━━━━━━"],
    [2, "━━━━━━━━━━"],
  ];
  for (const [share, bar] of CASES) {
    it(`draws ${share}`, () => assert.equal(progressBar(share, 10, plain), bar));
  }
});

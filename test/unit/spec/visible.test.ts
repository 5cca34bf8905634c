/** What is written out of a text of strangers, and what stays. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { codeBlock, codeSpan, markdownText } from "../../../spec/text/markdown.js";
import { shortened, visible, visibleLines, withTexts } from "../../../spec/text/visible.js";

describe("visible", () => {
  for (const [text, expected] of [
    ["\u001b[31m", "\\u001b[31m"],
    ["a\nb\tc\rd", "a\\nb\\tc\\rd"],
    ["\u202egpj", "\\u202egpj"],
    ["\u{e0041}", "\\u{e0041}"],
    ["\ud83d", "\\ud83d"],
    ["漢字 ❤️ é e\u0301 👍🏽 العربية \u00a0", "漢字 ❤️ é e\u0301 👍🏽 العربية \u00a0"],
  ] as const) {
    it(`writes ${JSON.stringify(text)} as ${expected}`, () => {
      assert.equal(visible(text), expected);
      assert.equal(visible(expected), expected, "twice is as good as once");
    });
  }

  it("keeps lines and tabs where they are ours", () => {
    assert.equal(visibleLines("a\r\n\tb\u001b\n"), "a\n\tb\\u001b\n");
  });
});

describe("shortened", () => {
  it("keeps both ends, and no half of a character", () => {
    assert.equal(shortened("abcdefghij", 5), "ab…ij");
    assert.equal(shortened("abcde", 5), "abcde");
    assert.equal(shortened("ab", 1), "…");
    for (let most = 1; most < 12; most += 1) {
      const cut = shortened("👍".repeat(20), most);
      assert.ok(cut.length <= most && !/\p{Cs}/u.test(cut), cut);
    }
  });
});

describe("withTexts", () => {
  it("changes every text and leaves all else, keys called __proto__ too", () => {
    const date = new Date();
    const data = JSON.parse('{"__proto__":{"a":["x",1,null]},"b":"x"}') as object;
    const changed: unknown = withTexts({ data, date, of: new Map([["x", "x"]]) }, (text) => `${text}!`);
    const expected = {
      "data!": JSON.parse('{"__proto__!":{"a!":["x!",1,null]},"b!":"x!"}') as unknown,
      "date!": date,
      "of!": new Map([["x!", "x!"]]),
    };
    assert.deepEqual(changed, expected);
    const same = withTexts(data, (text) => text);
    assert.ok(Object.hasOwn(same, "__proto__") && Object.getPrototypeOf(same) === Object.prototype);
  });
});

describe("Markdown", () => {
  for (const [text, expected] of [
    ["a_b _c_ *d* [e](f)", "a_b \\_c\\_ \\*d\\* \\[e\\](f)"],
    ["see https://x.example/a.", "see `https://x.example/a.`"],
    ["1. a", "1\\. a"],
    ["- a", "\\- a"],
    ["-0.5 and 89.5 %", "-0.5 and 89.5 %"],
    ["`a`", "\\`a\\`"],
  ] as const) {
    it(`says ${text} as text`, () => assert.equal(markdownText(text), expected));
  }

  it("keeps code where it is asked to, as a reader would find it", () => {
    const keep = { keepCode: true };
    assert.equal(markdownText("say `a [b]` and [c]`", keep), "say `a [b]` and \\[c\\]\\`");
    assert.equal(markdownText("\\`a`", keep), "\\\\`a`");
    assert.equal(markdownText("``a`b`` c", keep), "`` a`b `` c");
  });

  it("fences code by more backticks than it has", () => {
    assert.equal(codeSpan("a"), "`a`");
    assert.equal(codeSpan("`a``"), "``` `a`` ```");
    assert.equal(codeBlock("text", ["````", "a\nb"]), "`````text\n````\na\\nb\n`````");
  });
});

/** What strangers named, on its way through every renderer of the command line. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, it } from "node:test";
import { failureOf, failureText } from "../../../../cli/failure.js";
import { table } from "../../../../cli/render/table.js";
import { padEnd, truncate, widthOf, wrap } from "../../../../cli/render/text.js";
import { wrapTalk } from "../../../../cli/render/words.js";
import { cleanText, forTerminal, say } from "../../../../cli/terminal/shown.js";
import { ThawError } from "../../../../spec/errors.js";
import { visibleJson } from "../../../../spec/text/visible.js";
import { assertClean, HOSTILE, mixed, poisoned } from "../../../support/hostile/texts.js";
import { colourScreen, plainScreen } from "../screens.js";
import { KEPT } from "./kept.js";
import { OF_OURS, RENDERED } from "./renderers.js";

const TEXTS = [...HOSTILE, ...mixed(1, 100)];
const PIPE = plainScreen(Number.POSITIVE_INFINITY);
/** Of a value at most 8,000 characters are shown, each written out with at most 9; none of the renderers shows twenty. */
const MOST_CHARACTERS = 20 * 9 * 8_000;
/** Sentences that are said beside the data, where `talk` breaks them. */
const TOLD: ReadonlySet<string> = new Set(["takenSentence", "inputSentence", "networkSentence"]);
/** Colours of ours, as they are written. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken away
const OURS = /\u001b\[(?:1|2|22|31|32|33|36|39)m/g;

describe("every renderer", () => {
  for (const [index, { shows, data, text }] of RENDERED.entries()) {
    it(`${shows.join(", ")} (${index}) shows no character of a stranger that acts or hides`, () => {
      for (let turn = 0; turn < TEXTS.length; turn += 17) {
        const bad = poisoned(data, [...TEXTS.slice(turn), ...TEXTS.slice(0, turn)], KEPT);
        for (const screen of [PIPE, plainScreen(80)]) {
          const written = forTerminal(cleanText(bad, (shown) => text(shown, screen)));
          assertClean(written, shows.join());
          assert.ok(written.length < MOST_CHARACTERS, `${written.length} characters`);
        }
      }
    });

    it(`${shows.join(", ")} (${index}) has as many lines whatever the names, and no colour of theirs`, () => {
      const lines = (source: unknown): number => text(source, PIPE).split("\n").length;
      const tame = poisoned(data, ["x"], KEPT);
      const bad = poisoned(data, ["\u001b[31m\nerror X: y\r\u2028z\u0085"], KEPT);
      const written = forTerminal(
        cleanText(bad, (shown) => text(shown, colourScreen(Number.POSITIVE_INFINITY))),
      );
      assertClean(written.replace(OURS, ""), shows.join());
      assert.equal(written.split("\n").length, lines(tame));
      const inColour = text(tame, colourScreen(Number.POSITIVE_INFINITY));
      assert.equal(written.match(OURS)?.length, forTerminal(inColour).match(OURS)?.length);
    });
  }

  for (const [index, { shows, data, text }] of RENDERED.entries()) {
    it(`${shows.join(", ")} (${index}) fits a terminal of 80 columns`, () => {
      const laidOut = text(data, plainScreen(80));
      const written = shows.some((name) => TOLD.has(name)) ? wrapTalk(laidOut, 80) : laidOut;
      for (const line of written.split("\n")) assert.ok(widthOf(line) <= 80, line);
    });
  }

  it("is in the list of this test", async () => {
    const root = new URL("../../../../cli/render/", import.meta.url);
    const tested = new Set(RENDERED.flatMap(({ shows }) => shows));
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".js"),
    );
    assert.ok(files.length > 20, "the walk finds the renderers");
    for (const file of files) {
      const module = (await import(new URL(file, root).href)) as Readonly<Record<string, unknown>>;
      for (const [name, value] of Object.entries(module)) {
        if (typeof value !== "function" || OF_OURS.has(name)) continue;
        assert.ok(tested.has(name), `${name} of cli/render/${file} is not shown to hostile names`);
      }
    }
  });
});

describe("errors", () => {
  it("show names in them without what acts or hides", () => {
    for (const bad of TEXTS) {
      for (const error of [
        new ThawError("USAGE", `no ${bad}`, { hint: `not ${bad}` }),
        new TypeError(bad),
        bad,
      ]) {
        const failure = failureOf(error);
        assert.ok(failure);
        for (const width of [80, Number.POSITIVE_INFINITY]) {
          const text = forTerminal(failureText(failure, plainScreen().colours, false, width));
          assertClean(text, "the failure");
          assertClean(
            forTerminal(failureText(failure, plainScreen().colours, true, width)),
            "the failure with its stack",
          );
          assert.ok(text.length < MOST_CHARACTERS);
          const [, ...more] = text.split("\n");
          assert.ok(
            more.every((line) => line.trim() === "" || line.startsWith("  ") || line.startsWith("hint: ")),
            `a line passes for one of ours:\n${text}`,
          );
        }
      }
    }
  });

  it("are one line of JSON that is safe on a terminal and true to whoever reads it", () => {
    for (const bad of TEXTS) {
      const line = visibleJson({ error: { message: bad } });
      assertClean(line, "the JSON");
      assert.ok(!line.includes("\n"));
      assert.equal((JSON.parse(line) as { error: { message: string } }).error.message, bad);
      assert.deepEqual(JSON.parse(visibleJson({ [bad]: [bad] }, 2)), { [bad]: [bad] });
    }
  });
});

describe("sentences with values", () => {
  it("keep our own line ends and take none of theirs", () => {
    assert.equal(say`\nfile ${"a\nb"} of ${3}`, "\nfile a\\nb of 3");
    for (const bad of TEXTS) assertClean(say`the file ${bad} is gone`, "the sentence");
  });
});

describe("widths", () => {
  it("are those of what is shown", () => {
    const screen = plainScreen(60);
    for (const bad of TEXTS) {
      assert.equal(widthOf(bad), widthOf(forTerminal(truncate(bad, Number.POSITIVE_INFINITY))));
      assert.ok(widthOf(truncate(bad, 20)) <= 20);
      assert.ok(widthOf(padEnd(truncate(bad, 20), 20)) === 20);
      for (const line of wrap(bad, 20)) assert.ok(widthOf(line) <= 20);
      const lines = table(
        ["NAME", "WHAT"],
        [
          [bad, bad],
          ["a", "b"],
        ],
        screen,
      ).split("\n");
      assert.equal(lines.length, 3);
      for (const line of lines) assert.ok(widthOf(line) <= 60, line);
    }
  });
});

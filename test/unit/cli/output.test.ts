/** When colours are used, and how what is said beside the data is broken into lines. */
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { tellDamaged } from "../../../cli/damaged.js";
import { createOutput, type Output, wantsColour } from "../../../cli/output.js";
import { commandList, suggest } from "../../../cli/render/runs/advice.js";
import { cleanText, say } from "../../../cli/terminal/shown.js";

describe("wantsColour", () => {
  const CASES: readonly (readonly [NodeJS.ProcessEnv, boolean, boolean])[] = [
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: "1" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ TERM: "dumb" }, true, false],
  ];
  for (const [environment, terminal, wanted] of CASES) {
    it(`is ${wanted} with ${JSON.stringify(environment)} ${terminal ? "on a terminal" : "in a pipe"}`, () => {
      assert.equal(wantsColour(environment, terminal), wanted);
    });
  }
});

describe("what is said beside the data", () => {
  const SENTENCE = "The weights are of a licence that keeps people from selling what is made of them";
  const PATH = "/a/folder/of/somebody/whose/names/are/longer/than/a/line/may/be.pth";
  const ADDRESS = "https://models.example/a/very/long/path/to/weights.safetensors?part=1";

  it("is broken between words at a terminal's width, and what is broken off is indented", (t) => {
    assert.equal(
      written(t, { columns: 40 }, (output) => output.talk(say`Warning: ${SENTENCE}.`)),
      [
        "Warning: The weights are of a licence",
        "  that keeps people from selling what is",
        "  made of them.",
        "",
      ].join("\n"),
    );
  });

  it("is broken where a renderer makes it, too", (t) => {
    const told = written(t, { columns: 40 }, (output) => output.tell(SENTENCE, (shown) => `! ${shown}`));
    assert.ok(told.trimEnd().split("\n").length === 3, told);
    assert.ok(linesOf(told).every((line) => line.length <= 40));
  });

  it("keeps paths, addresses and commands whole, so that they can be copied", (t) => {
    const command = "`thaw bases add field.onnx --name field --scale imagenet`";
    const told = written(t, { columns: 40 }, (output) =>
      output.talk(say`Fetching ${PATH} from ${ADDRESS} is what ${command} would do again`),
    );
    for (const whole of [PATH, ADDRESS, command])
      assert.ok(linesOf(told).includes(whole), `${whole} in\n${told}`);
  });

  it("breaks a sentence with a single backtick like any other", (t) => {
    const told = written(t, { columns: 40 }, (output) => output.talk(say`\`${SENTENCE}`));
    assert.ok(linesOf(told).every((line) => line.length <= 40));
  });

  it("sets what a command does below it where both are wider than the screen", (t) => {
    const told = written(t, { columns: 40 }, (output) =>
      suggest(output, [
        ["thaw export garden-birds@champion", "a file for browsers"],
        ["thaw gc", "less"],
      ]),
    );
    assert.deepEqual(linesOf(stripVTControlCharacters(told).trim()), [
      "thaw export garden-birds@champion",
      "# a file for browsers",
      "thaw gc",
      "# less",
    ]);
  });

  it("leaves lists of commands and columns as they are laid out", (t) => {
    const list = commandList([
      ["thaw export birds", "for web"],
      ["thaw predict birds FILE…", "with it"],
    ]);
    const columns = "12:00:01  head       info   a line of the log that is longer than the screen";
    const told = written(t, { columns: 40 }, (output) => {
      output.talk(cleanText("", () => list));
      output.talk(say`${columns}`);
    });
    assert.equal(told, `${list}\n${columns}\n`);
  });

  it("counts no columns for colours", (t) => {
    const told = written(t, { columns: 40 }, (output) =>
      output.tell("selling", (word, { colours }) => `The licence keeps you from ${colours.red(word)} it.`),
    );
    assert.equal(told.split("\n").length, 2, told);
  });

  it("breaks the reason for a damaged record, and its hint", (t) => {
    const told = written(t, { columns: 40 }, (output) =>
      tellDamaged(output, [{ name: "x", why: `record x: ${SENTENCE}`, hint: `so ${SENTENCE}` }] as never),
    );
    assert.ok(
      told.split("\n").every((line) => line.length <= 40),
      told,
    );
    assert.match(told, /^ {2}hint: so The/m);
  });

  for (const [where, terminal] of [
    ["in a pipe or a file", { isTTY: false }],
    ["on a terminal without a size", { columns: 0 }],
  ] as const)
    it(`stays on one line ${where}`, (t) => {
      assert.equal(
        written(t, terminal, (output) => output.talk(say`Warning: ${SENTENCE}.`)),
        `Warning: ${SENTENCE}.\n`,
      );
    });

  it("leaves lines of JSON alone", (t) => {
    const told = written(t, { columns: 40 }, (output) => output.jsonError({ error: SENTENCE }));
    assert.deepEqual(JSON.parse(told), { error: SENTENCE });
    assert.equal(told.split("\n").length, 2);
  });
});

const linesOf = (told: string): readonly string[] => told.split("\n").map((line) => line.trim());

/** What goes to stderr, were it such a terminal. */
function written(
  t: TestContext,
  { isTTY = true, columns = 80 }: { readonly isTTY?: boolean; readonly columns?: number },
  act: (output: Output) => void,
): string {
  const stream = process.stderr;
  const before = { isTTY: stream.isTTY, columns: stream.columns };
  const write = t.mock.method(stream, "write", () => true);
  try {
    Object.assign(stream, { isTTY, columns });
    act(createOutput({}));
    return write.mock.calls.map(({ arguments: [text] }) => String(text)).join("");
  } finally {
    Object.assign(stream, before);
    write.mock.restore();
  }
}

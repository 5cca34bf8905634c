/** What is wrong with the YAML of a run file and of --set, in words of ours and within bounds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRunFile } from "../../../../client/runFile/parse.js";
import type { ThawError } from "../../../../spec/errors.js";

const FINE = "name: digits\ndata:\n  path: photos\n";

/** Each line has ten times the line before it. */
function bomb(lines: number): string {
  const tenOf = (value: string): string => `[${Array.from({ length: 10 }, () => value).join(", ")}]`;
  return Array.from({ length: lines }, (_, n) => `k${n}: &k${n} ${tenOf(n === 0 ? "x" : `*k${n - 1}`)}`).join(
    "\n",
  );
}

const REFUSED: Readonly<Record<string, { readonly text: string; readonly said: string }>> = {
  "a key of a section twice": {
    text: `${FINE}head:\n  epochs: 1\n  "epochs": 2\n`,
    said: "thaw.yaml:6:3: `epochs` stands here a second time: which of the two is meant?",
  },
  "the same mistake found twice": {
    text: `${FINE}seed: 9007199254740993\n`,
    said: "thaw.yaml:4:1: `seed` must be a whole number from 0 to 4294967295, not 9007199254740992",
  },
  "a tab in front of a key": {
    text: "name: a\ndata:\n\tpath: b\n",
    said: "thaw.yaml:3:1: this line is indented by a tab, and YAML wants spaces",
  },
  "a tag": {
    text: `${FINE}seed: !!js/function x\n`,
    said: "thaw.yaml:4:7: there are no tags in a run file: leave out what begins with !, or put the value in quotes",
  },
  "aliases that stand for thousands of values": {
    text: bomb(9),
    said: "thaw.yaml:1:1: aliases (*NAME) stand for more here than any run file needs: write the values out",
  },
};

for (const [what, { text, said }] of Object.entries(REFUSED))
  test(`${what} is refused in so many words`, () => {
    assert.throws(() => parseRunFile(text, "thaw.yaml", []), { code: "RUN_FILE_INVALID", message: said });
  });

test("a value of --set that is no YAML is told with it", () => {
  const refused = (text: string): RegExp =>
    new RegExp(`--set head\\.epochs=.*the value is no YAML: ${text}`, "s");
  for (const [value, text] of [
    ["[", ".+"],
    ["*a", "there is no anchor &a above"],
    ["!!js/function x", "there are no tags"],
    ["{a: 1, a: 2}", "`a` stands here a second time"],
  ] as const)
    assert.throws(() => parseRunFile(FINE, "thaw.yaml", [`head.epochs=${value}`]), {
      code: "RUN_FILE_INVALID",
      message: refused(text),
    });
});

test("of a file with thousands of mistakes twenty are told, and how many more there are", () => {
  const text = FINE + Array.from({ length: 5_000 }, (_, n) => `epoch${n}: 1\n`).join("");
  assert.throws(
    () => parseRunFile(text, "thaw.yaml", []),
    ({ message }: ThawError) => {
      const lines = message.split("\n");
      assert.equal(lines[0], "5000 mistakes in thaw.yaml:");
      assert.match(lines[1] ?? "", /^ {2}thaw\.yaml:4:1: unknown key `epoch0`; did you mean/);
      assert.equal(lines.length, 22);
      assert.equal(lines.at(-1), "  and 4980 more");
      return true;
    },
  );
});

test("values within values are no overflow of a stack", () => {
  assert.throws(() => parseRunFile(`${FINE}bases: ${"[".repeat(5_000)}`, "thaw.yaml", []), {
    code: "RUN_FILE_INVALID",
    message: /^thaw\.yaml:4:\d+: values lie within values here, deeper than any run file needs$/,
  });
});

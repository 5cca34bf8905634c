/** A p value is written in one way, in sentences and in columns. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pFigure, pText } from "../../../../spec/text/pText.js";

for (const [p, figure, text] of [
  [1, "1.000", "p = 1.000"],
  [0.0312, "0.031", "p = 0.031"],
  [0.001, "0.001", "p = 0.001"],
  [0.00099, "< 0.001", "p < 0.001"],
  [0, "< 0.001", "p < 0.001"],
] as const) {
  test(`p of ${p} is ${text}`, () => {
    assert.equal(pText(p), text);
    assert.equal(pFigure(p), figure);
  });
}

/** A number that is worded by hand after an equals sign or as less than something. */
const BY_HAND = /\bp (?:=|<|≤|\$\{)[^;\n]*\.to(?:Fixed|Precision)\(|[?(]\s*"(?:p )?[<≤] 0\.001"/;

test("nobody words a p value by hand", () => {
  const sources = ["spec", "learn", "report", "cli", "client", "workflows", "activities", "export"].flatMap(
    (folder) =>
      readdirSync(join(process.cwd(), folder), { recursive: true, encoding: "utf8" })
        .filter((name) => /\.tsx?$/.test(name))
        .map((name) => join(folder, name)),
  );
  assert.ok(sources.length > 300);
  const others = sources.filter((path) => path !== join("spec", "text", "pText.ts"));
  const found = others.filter((path) => BY_HAND.test(readFileSync(join(process.cwd(), path), "utf8")));
  assert.deepEqual(found, []);
  const dollar = "$";
  for (const text of [
    `p = ${dollar}{chance.toFixed(3)}`,
    'p <= 0.001 ? "≤ 0.001" : ""',
    `difference p = ${dollar}{p.toPrecision(2)}`,
  ])
    assert.match(text, BY_HAND);
});

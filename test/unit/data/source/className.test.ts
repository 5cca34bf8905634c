/** Names of classes: what is one name, and what a person should look at. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { oddNames } from "../../../../data/source/className.js";
import { listSource } from "../../../../data/source/source.js";
import { temporaryFolder } from "../../../support/images/pictures.js";

describe("names that hardly differ", () => {
  for (const [one, other] of [
    ["Cat", "cat"],
    ["black cat", "black_cat"],
    ["black  cat", "black cat"],
    ["cat\u200b", "cat"],
    ["ｃａｔ", "cat"],
  ] as const) {
    it(`are told: ${JSON.stringify([one, other])}`, () => {
      assert.deepEqual(oddNames([one, "dog", other]), [
        `“${one}” and “${other}” are different classes, though their names hardly differ: give them one name if they are one`,
      ]);
    });
  }

  it("are not those that differ in a letter or a sign", () => {
    assert.deepEqual(oddNames(["Hähne", "Höhne", "1", "01", "1.0", "C", "C++", "a,b"]), []);
  });
});

describe("names that look like several labels", () => {
  it("are told where a bar says so, or other classes", () => {
    const says = "looks like several labels, but is taken as one class: an image has one label here";
    assert.deepEqual(oddNames(["cat", "dog", "cat|dog"]), [`“cat|dog” ${says}`]);
    assert.deepEqual(oddNames(["cat", "dog", "dog, cat"]), [`“dog, cat” ${says}`]);
    assert.deepEqual(oddNames(["cat", "black, or dark"]), []);
  });

  it("are counted where they are many", () => {
    const notes = oddNames(Array.from({ length: 8 }, (_, index) => `a|${index}`));
    assert.equal(notes.length, 5);
    assert.match(notes[4] ?? "", /^“a\|4” \(and 3 more\) looks like/);
  });
});

it("a manifest's labels and groups are composed, so that one class has one name", async (t) => {
  const path = join(await temporaryFolder(t), "list.csv");
  const [composed, decomposed] = ["Café".normalize("NFC"), "Café".normalize("NFD")];
  await writeFile(
    path,
    `path,label,group\na.jpg,${composed},${composed}\nb.jpg,${decomposed},${decomposed}\nc.jpg,Bar,x\n`,
  );
  const { classes, entries } = await listSource(path);
  assert.deepEqual(classes, ["Bar", composed]);
  assert.deepEqual(
    entries.map(({ group }) => group),
    [composed, composed, "x"],
  );
});

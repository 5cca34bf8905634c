/** Two models held against each other on the images that neither has seen. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ComparedSideJson, CompareJson } from "../../../../cli/json/models.js";
import { comparedText } from "../../../../cli/render/models/compared.js";
import { type Answer, pair } from "../../../../client/models/compare.js";
import { plainScreen } from "../../cli/screens.js";

/** @param rights a letter an image, `+` for a right answer */
function answers(from: number, rights: string, label = "cat"): readonly Answer[] {
  return [...rights].map((mark, index) => {
    const image = `image-${from + index}`;
    return { image, label, isRight: mark === "+", group: image };
  });
}

describe("pair", () => {
  it("tests on the images that both held out only", () => {
    const found = pair(answers(0, "++++++----"), answers(4, "--------++"));
    assert.deepEqual(found, {
      paired: { images: 6, accuracyA: 2 / 6, accuracyB: 0, onlyA: 2, onlyB: 0, pValue: 0.5 },
      onlyTestOf: { a: 4, b: 4 },
      labelledOtherwise: 0,
    });
  });

  it("says which is better where chance does not explain it", () => {
    // Six images changed sides, all to B: 2 · 2^-6.
    const { paired } = pair(answers(0, "------++"), answers(0, "++++++++"));
    assert.equal(paired?.better, "b");
    assert.equal(paired?.pValue.toFixed(5), "0.03125");
    assert.equal(pair(answers(0, "-----"), answers(0, "+++++")).paired?.better, undefined, "p = 0.0625");
  });

  it("takes images that either side has in one group for one witness", () => {
    const own = answers(0, "++++++++");
    const ofPatients = own.map((answer, index) => ({ ...answer, group: `patient ${index % 4}` }));
    const before = answers(0, "------++");
    const grouped = before.map((one, index) => ({ ...one, group: `patient ${index % 4}` }));
    for (const [a, b] of [
      [before, ofPatients],
      [grouped, own],
    ] as const) {
      const { paired } = pair(a, b);
      assert.deepEqual([paired?.onlyA, paired?.onlyB, paired?.better], [0, 6, undefined]);
      // Four patients changed sides: 2 · 2^-4.
      assert.equal(paired?.pValue, 0.125);
      assert.equal(paired?.groups, 4);
    }
  });

  it("counts a picture once, and none that the two label differently", () => {
    const twice = [...answers(0, "++"), ...answers(0, "++")];
    assert.equal(pair(twice, answers(0, "+-")).paired?.images, 2);
    const { paired, labelledOtherwise } = pair(answers(0, "++"), [
      ...answers(0, "+"),
      ...answers(1, "+", "dog"),
    ]);
    assert.deepEqual([paired?.images, labelledOtherwise], [1, 1]);
  });

  it("has no test where no image was held out by both", () => {
    assert.deepEqual(pair(answers(0, "++"), answers(2, "+")), {
      onlyTestOf: { a: 2, b: 1 },
      labelledOtherwise: 0,
    });
  });
});

describe("comparedText", () => {
  const side: ComparedSideJson = {
    runId: "pets-20261129-100758-4sdd",
    model: "pets",
    version: 1,
    classes: 2,
    testImages: 171,
    accuracy: 0.71929,
    accuracyInterval: [0.647, 0.7812],
    balancedAccuracy: 0.6,
    macroF1: 0.6,
    loss: 0.84,
  };
  const compared: CompareJson = {
    a: side,
    b: { ...side, version: 2, accuracy: 0.66667, calibrationError: 0.07 },
    paired: { images: 160, accuracyA: 0.72, accuracyB: 0.66, onlyA: 15, onlyB: 6, pValue: 0.0784 },
    onlyTestOf: { a: 11, b: 11 },
    labelledOtherwise: 0,
  };

  it("fits 60 columns, with differences that add up", () => {
    const lines = comparedText(compared, plainScreen(60)).split("\n");
    for (const line of lines) assert.ok(line.length <= 60, line);
    assert.ok(lines.some((line) => /^accuracy +71\.9 % +66\.7 % +−5\.2$/.test(line)));
    assert.ok(lines.some((line) => /^macro F1 +60\.0 % +60\.0 % +0\.0$/.test(line)));
    assert.ok(lines.some((line) => /^calibration error +– +7\.0 %$/.test(line)));
    const said = lines.slice(-6).join(" ");
    assert.match(
      said,
      /On the 160 images that both held out: A 72\.0 %, B 66\.0 %; only A is right on 15, only B on 6/,
    );
    assert.match(said, /not proven that either is better \(McNemar's exact test, two-sided, p = 0\.078\)/);
    assert.match(said, /11 test images of A and 11 of B were not held out by the other/);
  });

  it("says of whose figures what may void them, and once what is of both", () => {
    const shortcut = {
      code: "shortcut",
      grade: "voids",
      sentence: "The file format alone tells cats from dogs.",
      advice: "save all images in one format",
    } as const;
    const leaks = { ...shortcut, code: "leaks", sentence: "Test images are known from training." } as const;
    const note = { ...shortcut, grade: "note", sentence: "Few images." } as const;
    const withBoth = {
      a: { ...side, warnings: [shortcut, note] },
      b: { ...side, warnings: [shortcut, leaks] },
    };
    const lines = comparedText({ ...compared, ...withBoth }, plainScreen()).split("\n");
    for (const line of lines) assert.ok(line.length <= 80, line);
    const at = lines.findIndex((line) => line.startsWith("warnings"));
    assert.match(lines[at] ?? "", /!! shortcut +!! shortcut \+1/);
    assert.deepEqual(lines.slice(at + 1, at + 8), [
      "",
      "!! A and B: the figure may be void. The file format alone tells cats from dogs.",
      "   → save all images in one format",
      "!! B: the figure may be void. Test images are known from training.",
      "   → save all images in one format",
      "",
      "On the 160 images that both held out: A 72.0 %, B 66.0 %; only A is right on 15,",
    ]);
    assert.doesNotMatch(comparedText(compared, plainScreen()), /void/);
  });

  it("says that figures of different images prove nothing", () => {
    const { paired: _paired, ...others } = compared;
    assert.match(
      comparedText(others, plainScreen()),
      /No image was held out by both [\s\S]* say nothing of which is better/,
    );
  });
});

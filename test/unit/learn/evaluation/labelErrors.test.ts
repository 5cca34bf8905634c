/** Confident learning against cleanlab. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { labelSuspects } from "../../../../learn/evaluation/labelErrors.js";

/** By `test/fixtures/generators/evaluation/labelErrors.py`. */
const { cases } = JSON.parse(readFileSync("test/fixtures/learn/evaluation/labelErrors.json", "utf8")) as {
  readonly cases: readonly {
    readonly classes: number;
    readonly labels: readonly number[];
    readonly probabilities: readonly number[];
    readonly suspects: readonly { readonly row: number; readonly margin: number }[];
  }[];
};

describe("labelSuspects", () => {
  for (const { classes, labels, probabilities, suspects } of cases) {
    it(`finds and ranks what cleanlab does: ${labels.length} images, ${suspects.length} suspects`, () => {
      const found = labelSuspects(Float32Array.from(probabilities), labels, classes);
      assert.deepEqual(
        found.map(({ row }) => row),
        suspects.map(({ row }) => row),
      );
      found.forEach(({ margin, row, suggested }, index) => {
        assert.ok(Math.abs(margin - (suspects[index]?.margin ?? Number.NaN)) < 1e-9);
        assert.notEqual(suggested, labels[row]);
      });
    });
  }

  it("has cases with and without suspects", () => {
    assert.ok(cases.some(({ suspects }) => suspects.length > 5));
    assert.ok(cases.some(({ suspects }) => suspects.length === 0));
  });

  it("suspects nothing when the model knows nothing", () => {
    assert.deepEqual(labelSuspects(new Float32Array(12).fill(0.25), [0, 1, 2], 4), []);
  });
});

/** The values of `thaw set`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSteerSettings } from "../../../../client/runs/steerSettings.js";

test("factors and counts are read, by the run file's words or the short one", () => {
  assert.deepEqual(parseSteerSettings(["learning_rate=0.5x", "patience=5", "epochs = 12"]), {
    learningRate: 0.5,
    patience: 5,
    epochs: 12,
  });
  for (const [text, factor] of [
    ["lr=2x", 2],
    ["lr=.25X", 0.25],
    ["lr=10×", 10],
  ] as const)
    assert.deepEqual(parseSteerSettings([text]), { learningRate: factor });
});

test("anything else is refused with what to write instead", () => {
  const cases: readonly (readonly [readonly string[], RegExp, RegExp?])[] = [
    [[], /^nothing is to be set$/],
    [["epochs"], /"epochs" is not KEY=VALUE/],
    [["lr=0.001"], /"0.001" is no factor/, /learning_rate=0.5x halves them/],
    [["lr=0x"], /no factor/],
    [["lr=11x"], /no factor from 0.001x to 10x/],
    [["lr=-1x"], /no factor/],
    [["patience=0"], /no whole number from 1/],
    [["epochs=1.5"], /no whole number from 1/],
    [["epochs="], /no whole number from 1/],
    [["epochs=1000000000"], /no whole number from 1 to 100000$/],
    [["epoch=5"], /epoch cannot be set while a stage trains/, /did you mean epochs\?/],
    [["constructor=5"], /constructor cannot be set/, /what can be set: learning_rate, lr, patience, epochs/],
    [["lr=1x", "learning_rate=2x"], /given twice/],
  ];
  for (const [values, message, hint = /^/] of cases)
    assert.throws(
      () => parseSteerSettings(values),
      (error: Error & { code: string; hint?: string }) => {
        assert.equal(error.code, "USAGE");
        assert.match(error.message, message);
        assert.match(error.hint ?? "", hint);
        return true;
      },
    );
});

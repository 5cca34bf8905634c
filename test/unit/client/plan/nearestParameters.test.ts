/** Why `thaw plan` would make an artifact anew. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestSentence } from "../../../../client/plan/nearestParameters.js";

const of = (parameters: Readonly<Record<string, unknown>>, engine = "e") => ({ parameters, engine });
const stage = (parameters: Readonly<Record<string, unknown>>) => ({ parameters, usesEngine: true });
const TUNE = { codeVersion: 4, dropout: 0.2, rates: { "blocks.6": 0.001 } };
const FOLD = {
  fold: 4,
  folds: 5,
  head: [{ codeVersion: 1, dropout: 0.3 }],
  stages: [
    { ...TUNE, stage: 1, deepest: "blocks.6" },
    { ...TUNE, stage: 2, deepest: "blocks.5" },
  ],
};

test("a changed parameter is named with both values, and of several artifacts the nearest counts", () => {
  const others = [of({ dropout: 0.2, epochs: 3, seed: 2 }), of({ dropout: 0.2, epochs: 3 })];
  assert.equal(
    nearestSentence(stage({ dropout: 0.5, epochs: 3 }), others, "e"),
    "the nearest artifact has `dropout` 0.2 instead of 0.5",
  );
  assert.equal(
    nearestSentence(stage({ a: 1, b: 1, c: 1, d: 1 }), [of({ a: 2, b: 2, c: 2, d: 2 })], "e"),
    "no artifact for these parameters",
  );
});

test("another fold is not the nearest artifact", () => {
  assert.equal(
    nearestSentence(stage(FOLD), [of({ ...FOLD, fold: 1, stages: [] })], "e"),
    "no artifact of this fold was made from these inputs",
  );
});

test("what a fold's stages share is named once, without their code's version", () => {
  const stages = FOLD.stages.map((one) => ({ ...one, codeVersion: 3, dropout: 0.1 }));
  assert.equal(
    nearestSentence(stage(FOLD), [of({ ...FOLD, fold: 1 }), of({ ...FOLD, stages })], "e"),
    "the nearest artifact has `stages.dropout` 0.1 instead of 0.2",
  );
});

test("a fold with other stages is told in few words", () => {
  assert.equal(
    nearestSentence(stage(FOLD), [of({ ...FOLD, stages: [] })], "e"),
    "no artifact for these parameters",
  );
});

test("where the parameters are the same it is the build or the code", () => {
  assert.match(
    nearestSentence(stage(FOLD), [of(FOLD, "other")], "e"),
    /with another TensorFlow build or device$/,
  );
  assert.match(nearestSentence(stage(FOLD), [of(FOLD)], "e"), /by another code version of the stage$/);
  const head = [{ codeVersion: 2, dropout: 0.3 }];
  assert.match(
    nearestSentence(stage(FOLD), [of({ ...FOLD, head })], "e"),
    /by another code version of the stage$/,
  );
});

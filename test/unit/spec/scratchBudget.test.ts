/** `scratch.budget`: what may be written, what it comes to, and that it changes no key. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { planStages } from "../../../spec/pipeline/stages.js";
import { keptSentence } from "../../../spec/records/features.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { askedBudget } from "../../../spec/runFile/scratch.js";

const fileWith = (budget?: string) =>
  runFileSchema.parse({
    name: "test",
    data: { path: "images" },
    ...(budget === undefined ? {} : { scratch: { budget } }),
  });

test("a budget is a size, a share, or as before", () => {
  assert.equal(fileWith().scratch.budget, "auto");
  assert.equal(askedBudget("auto"), undefined);
  assert.equal(askedBudget(undefined), undefined);
  assert.deepEqual(askedBudget(fileWith("20GB").scratch.budget), { bytes: 20e9 });
  assert.deepEqual(askedBudget(fileWith("1.5 TB").scratch.budget), { bytes: 1.5e12 });
  assert.deepEqual(askedBudget(fileWith("500MB").scratch.budget), { bytes: 500e6 });
  assert.deepEqual(askedBudget(fileWith("30%").scratch.budget), { share: 0.3 });
  assert.deepEqual(askedBudget(fileWith("0GB").scratch.budget), { bytes: 0 });
});

for (const wrong of ["20", "20gb", "-1GB", "101%", "GB", "1,5GB", "20GBs", ""])
  test(`"${wrong}" is refused`, () => {
    assert.throws(() => fileWith(wrong), /budget/);
  });

test("it is in no stage's parameters", () => {
  assert.deepEqual(planStages(fileWith("0GB")), planStages(fileWith()));
});

test("what is kept is said in a sentence", () => {
  const said = { bytes: 5.42e9, wanted: 8.04e9, kept: ["blocks.6"], recomputed: ["blocks.5"] };
  assert.equal(keptSentence(said), "activations: 5.4 GB of 8 GB kept; blocks.5 recomputed in each epoch");
  assert.equal(
    keptSentence({ bytes: 0, wanted: 999, kept: [], recomputed: ["blocks.6", "pixels"] }),
    "activations: 0 B of 1000 B kept; blocks.6, pixels recomputed in each epoch",
  );
  assert.equal(keptSentence({ ...said, bytes: 8.04e9, recomputed: [] }), "activations: 8 GB of 8 GB kept");
});

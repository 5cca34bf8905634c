/** What the report says of the folds, and where there are none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { renderReport } from "../../../../report/render.js";
import { withFolds } from "../sampleFolds.js";
import { sampleReport } from "../sampleReport.js";
import { all, parse, text } from "./parsed.js";

test("the folds are the headline of a small set, the hold-out stands beside it, and the pairs say what is proven", () => {
  const data = withFolds(sampleReport({ classes: ["no", "yes"], testImagesPerClass: 20 }));
  const page = parse(renderReport(data));
  const plain = (selector: string): string => text(page, selector).replaceAll("\u00a0", " ");
  // 5 × 40 images, 4 of a fold wrong and one more in the first.
  assert.match(
    plain(".result"),
    /Accuracy over 5 folds89\.5 %95 % interval .*200 images, each held out once/,
  );
  assert.match(
    plain(".result"),
    /frozen base, over the folds80\.0 %Added by fine-tuning, over the folds\+9\.5 percentage points; 95 % interval \+5\.0 to \+13\.8, p < 0\.001This model on its one hold-out/,
  );
  // Each fold: 4 right now that the head has wrong; in the first one more wrong.
  assert.match(
    plain("#folds"),
    /Of 200 images it set 20 right and 1 wrong: a proven gain \(McNemar's test, p < 0\.001\)/,
  );
  assert.match(plain("#folds"), /Of 5 folds the gate kept tune-1 \(down to blocks\.6\) in 2\./);
  assert.equal(all(page, "#folds tbody tr").length, 5 + 3);
});

test("the folds are one row of the timings, and each has its digest", () => {
  const usual = sampleReport();
  const folds = ["fold-1", "fold-2", "fold-3"];
  const data = {
    ...usual,
    timings: [
      { stage: "head", seconds: 30, cached: false },
      ...folds.map((stage) => ({ stage, seconds: 100, cached: false })),
      { stage: "evaluate", seconds: 12, cached: false },
    ],
    digests: { ...usual.digests, ...Object.fromEntries(folds.map((stage) => [stage, `digest of ${stage}`])) },
  };
  const page = parse(renderReport(data));
  assert.deepEqual(
    all(page, "#timings tbody tr").map(({ textContent }) => textContent.replaceAll("\u00a0", " ")),
    ["head30 s", "fold-1 … fold-35 min", "evaluate12 s"],
  );
  assert.match(text(page, "#timings tfoot").replaceAll("\u00a0", " "), /^Together5 min 42 s/);
  for (const stage of folds) assert.match(text(page, "#reproduce"), new RegExp(`digest of ${stage}`));
});

test("without folds the report says why there are none", () => {
  const data = sampleReport();
  const folds = { count: 0, reason: "no folds: 400 held-out images are enough for a usable interval" };
  const recipe = data.recipe && { ...data.recipe, decision: { ...data.recipe.decision, folds } };
  const page = parse(renderReport({ ...data, ...(recipe === undefined ? {} : { recipe }) }));
  assert.match(text(page, "#folds"), /was not cross-validated: no folds: 400 held-out images/);
  assert.match(text(page, ".result"), /^Test accuracy/);
});

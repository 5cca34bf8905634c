/** Where validation and test differ, the report says so first, and withholds what the test refutes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { renderModelCard } from "../../../../report/card/markdown.js";
import { renderReport } from "../../../../report/render.js";
import type { Evaluation } from "../../../../spec/records/evaluation.js";
import type { ReportData } from "../../../../spec/records/report.js";
import type { Resemblance } from "../../../../spec/records/resemblance.js";
import { NO_FAULTS } from "../sampleFaults.js";
import { sampleReport } from "../sampleReport.js";
import { parse, text } from "./parsed.js";

const SENTENCE = "The validation images do not resemble the test images: 97.6 % and 66.8 %.";
const resemblance: Resemblance = {
  verdict: "differs",
  sentence: SENTENCE,
  accuracy: {
    validation: 0.976,
    test: 0.668,
    validationImages: 287,
    testImages: 394,
    interval: [0.257, 0.358],
    differs: true,
  },
};
const plain = sampleReport();
const given = {
  ...plain.dataset,
  faults: { ...NO_FAULTS, leaks: { count: 0, shown: [], policy: "repair", dropped: 0 } },
} as const;
const refuted: NonNullable<Evaluation["refuted"]> = {
  temperature: { fitted: 0.61, pValue: 0.0001 },
  sets: { pValue: 1e-9 },
};
const unlike: ReportData = {
  ...plain,
  dataset: given,
  evaluation: { ...plain.evaluation, resemblance, refuted, temperature: 1 },
};

test("the report's first sentence is that validation and test differ; figures and story come after it", () => {
  const page = parse(renderReport(unlike));
  const result = text(page, "#result");
  const at = result.indexOf(SENTENCE);
  assert.ok(at > 0 && at < result.indexOf("Test accuracy"), result);
  assert.match(result, /The temperature 0\.61 that fits the validation images makes confidences worse/);
  assert.doesNotMatch(text(parse(renderReport(plain)), "#result"), /resemble/);
});

test("what the test refutes is withheld: temperature, sets, more images", () => {
  const page = parse(renderReport(unlike));
  const trust = text(page, "#confidence");
  assert.match(trust, /As trained, as the model is used/);
  assert.match(trust, /At the fitted temperature 0\.61, which is not used/);
  assert.match(trust, /No sets of possible classes are given/);
  assert.doesNotMatch(trust, /With every prediction comes the set/);
  const recipe = text(page, "#recipe");
  assert.match(recipe, /What more images would buy is not said/);
  assert.doesNotMatch(recipe, /twice as many images/);
});

test("the card says it first, and claims no collection that it does not know", () => {
  const card = renderModelCard(unlike).replaceAll("\u00a0", " ");
  const [, first = ""] = card.split("\n## ");
  assert.match(first, /^Read this first\n/);
  assert.ok(first.includes(SENTENCE));
  assert.match(
    card,
    /\*\*Calibration error:\*\* .* as trained, which the model uses; .* at the fitted temperature 0\.61/,
  );
  assert.match(card, /\*\*Sets of possible classes:\*\* none: made to hold the true class of 90\.0 %/);
  assert.doesNotMatch(card, /same collection/);
  assert.match(
    card,
    /The splits came with the images: .* and are unlike the validation images; how the model does on another site/,
  );
});

test("splits that thaw drew are of one collection, and the card begins with the model", () => {
  const drawn = { ...plain, dataset: { ...plain.dataset, faults: NO_FAULTS } };
  const card = renderModelCard(drawn);
  assert.match(card, /drawn from the same collection as the training images/);
  assert.match(card, /^# Model card: .*\n\n## Model\n/);
});

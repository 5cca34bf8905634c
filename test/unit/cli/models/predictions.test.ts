/** What `thaw predict` says of images. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  answeredText,
  leftOutText,
  predictionsTable,
  unreadable,
  untoldText,
} from "../../../../cli/render/models/predictions.js";
import { SCANS } from "../../../support/models/modelVersions.js";
import { plainScreen } from "../screens.js";

const MODEL = { ...SCANS, name: "digits", version: 2 };

const lines = (text: string): readonly string[] => text.split("\n");

describe("predictions", () => {
  const predictions = [
    { path: "a.png", label: "seven", confidence: 0.998, probabilities: {} },
    { path: "b.txt", error: "it is no image" },
  ];

  it("lists what could be read", () => {
    assert.deepEqual(lines(predictionsTable(predictions, plainScreen())), [
      "FILE   LABEL  CONFIDENCE",
      "a.png  seven      99.8 %",
    ]);
  });

  it("marks those for which not exactly one class is probable enough", () => {
    const text = predictionsTable(
      [
        { path: "a.png", label: "seven", confidence: 0.98, probabilities: {}, set: ["seven"] },
        { path: "b.png", label: "one", confidence: 0.51, probabilities: {}, set: ["four", "one", "two"] },
        { path: "c.png", label: "two", confidence: 0.4, probabilities: {}, set: [] },
      ],
      plainScreen(),
    );
    assert.deepEqual(lines(text), [
      "FILE   LABEL  CONFIDENCE  DOUBT",
      "a.png  seven      98.0 %",
      "b.png  one        51.0 %  or four, two",
      "c.png  two        40.0 %  uncertain",
    ]);
  });

  it("marks those that are unlike all that the model was evaluated on, beside what they could be", () => {
    const of = (pValue: number, unlike: boolean) => ({ probabilities: {}, familiarity: { pValue, unlike } });
    const found = [
      { path: "a.png", label: "seven", confidence: 0.98, set: ["seven"], ...of(0.4, false) },
      { path: "b.png", label: "one", confidence: 0.92, set: ["one"], ...of(0.01, true) },
      { path: "c.png", label: "two", confidence: 0.4, set: [], ...of(0.01, true) },
    ];
    assert.deepEqual(lines(predictionsTable(found, plainScreen())), [
      "FILE   LABEL  CONFIDENCE  DOUBT",
      "a.png  seven      98.0 %",
      "b.png  one        92.0 %  unlike its images",
      "c.png  two        40.0 %  unlike its images; uncertain",
    ]);
    assert.match(
      answeredText({ model: MODEL, predictions: found }),
      /^Answered by digits@2\. Unlike its images, at 2 images: nothing that .* looks so.* DOUBT, at 1 image: no class/,
    );
  });

  it("say which version has answered, and what a doubt is where there is one", () => {
    const doubt = { path: "c.png", label: "two", confidence: 0.4, probabilities: {}, set: [] };
    assert.equal(answeredText({ model: MODEL, predictions }), "Answered by digits@2.");
    assert.equal(answeredText({ model: MODEL, predictions, inUse: 2 }), "Answered by digits@2.");
    assert.equal(
      answeredText({ model: MODEL, predictions, inUse: 1 }),
      "Answered by digits@2, the newest; version 1 is in use (digits@champion).",
    );
    assert.match(
      answeredText({ model: MODEL, predictions: [...predictions, doubt] }),
      /^Answered by digits@2\. DOUBT, at 1 image: no class is likely enough \(uncertain\), or several are/,
    );
  });

  it("say which doubts the model cannot have: no mark is not to be taken for none", () => {
    const plain = { path: "a.png", label: "seven", confidence: 0.98, probabilities: {} };
    const set = ["seven"];
    const familiarity = { pValue: 0.4, unlike: false };
    const told = (one: object, mirrored?: boolean): string =>
      untoldText({ model: MODEL, predictions: [...predictions.slice(1), { ...plain, ...one }] }, mirrored);
    assert.equal(told({ set, familiarity }), "");
    assert.match(
      told({ set }),
      /^No image is marked as unlike those of digits@2.* too few held-out images[^.]*\.$/,
    );
    assert.match(
      told({ familiarity }),
      /^No answer of digits@2 is marked as uncertain: .* validation images/,
    );
    assert.match(told({ familiarity }, true), /^With --mirrored no answer is marked as uncertain/);
    assert.match(told({}), /^No image is marked as unlike.*\. No answer of digits@2/);
    assert.equal(untoldText({ model: MODEL, predictions: predictions.slice(1) }), "");
  });

  it("says what of the files the network was not shown", () => {
    const [plain = { path: "" }, broken = { path: "" }] = predictions;
    const told = (...leftOut: object[]): string =>
      leftOutText({
        model: MODEL,
        predictions: [broken, plain, ...leftOut.map((one) => ({ ...plain, leftOut: one }))],
      });
    assert.equal(told(), "");
    assert.equal(
      told({ pages: 3 }),
      "1 image has several pages or frames, of which the first was used (a.png): a network is shown three colours and nothing else.",
    );
    assert.match(
      told({ pages: 3 }, { pages: 2, transparent: true }),
      /^2 images have several pages .*; and 1 image has transparent pixels, behind which white was put \(a\.png\): /,
    );
  });

  it("cuts names that are sentences, and lines to the terminal", () => {
    const long = "a class with a name as long as a whole sentence";
    const set = [long, `not ${long}`];
    const doubtful = [{ path: "a.png", label: long, confidence: 0.5, probabilities: {}, set }];
    const cut = "a class with a name as long as …";
    const whole = `a.png  ${cut}      50.0 %  or not a class with a name as long…`;
    assert.equal(lines(predictionsTable(doubtful, plainScreen(200)))[1], whole);
    const row = lines(predictionsTable(doubtful, plainScreen()))[1] ?? "";
    assert.ok(row.length <= 80, row);
    assert.match(row, /^a\.png {2}a class with a name.*… +50\.0 % {2}or not a class.*…$/);
  });

  it("neither cuts a class nor the name of a file, however long its path", () => {
    const path = `/home/me/pictures/of/the/year/${"deep/".repeat(8)}image_0243.jpg`;
    const found = [{ path, label: "Japanese_Cherry", confidence: 0.919, probabilities: {}, set: [] }];
    assert.deepEqual(lines(predictionsTable(found, plainScreen())).slice(2), [
      path,
      "  Japanese_Cherry      91.9 %  uncertain",
    ]);
  });

  it("has a sentence for what could not", () => {
    assert.deepEqual(unreadable(predictions), ["b.txt: it is no image"]);
    assert.equal(predictionsTable(predictions.slice(1), plainScreen()), "");
  });
});

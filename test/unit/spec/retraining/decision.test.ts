/** When a look trains: reasons of their own, and new images that are too few to be one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Differences,
  fateOf,
  reasonsToTrain,
  waitsForImages,
} from "../../../../spec/retraining/decision.js";
import type { Look } from "../../../../spec/retraining/retraining.js";
import { doubtsText, newDoubts } from "../../../../spec/warnings/doubts.js";
import { subjectOf, type Warning } from "../../../../spec/warnings/warning.js";

const NOTHING: Differences = {
  ...{ isFirst: false, data: false, settings: false, code: false, ageDays: 2, asked: false },
};
const FEW = { added: 3, mostAdded: { label: "cat", images: 2 } };
const POLICY = { max_age_days: 0, min_new_images: 20, min_new_per_class: 1 };

test("new images are a reason once there are enough of them, in all and of one class", () => {
  const reasons = (onlyNew: Differences["onlyNew"], policy: Partial<typeof POLICY> = {}) =>
    reasonsToTrain(
      { ...NOTHING, data: true, ...(onlyNew === undefined ? {} : { onlyNew }) },
      { ...POLICY, ...policy },
    );
  assert.deepEqual(reasons(FEW), []);
  assert.deepEqual(reasons(FEW, { min_new_images: 3 }), ["data"]);
  assert.deepEqual(reasons(FEW, { min_new_images: 3, min_new_per_class: 3 }), []);
  assert.deepEqual(reasons(FEW, { min_new_images: 1, min_new_per_class: 2 }), ["data"]);
  assert.deepEqual(reasons(undefined), ["data"], "images that went or got another label");
  assert.deepEqual(
    reasonsToTrain({ ...NOTHING, data: true, onlyNew: FEW }, { max_age_days: 0 }),
    ["data"],
    "a client from before there was a least number",
  );
});

test("every other reason trains however few images are new", () => {
  const few = { ...NOTHING, data: true, onlyNew: FEW };
  assert.deepEqual(reasonsToTrain({ ...few, asked: true }, POLICY), ["asked"]);
  assert.deepEqual(reasonsToTrain({ ...few, settings: true }, POLICY), ["settings"]);
  assert.deepEqual(reasonsToTrain({ ...few, code: true }, POLICY), ["code"]);
  assert.deepEqual(reasonsToTrain(few, { ...POLICY, max_age_days: 2 }), ["age"]);
  assert.deepEqual(reasonsToTrain({ ...few, isFirst: true }, POLICY), ["first"]);
});

test("a look that waits for more images says how many there are, and of which class most", () => {
  const look: Look = {
    ...{ source: "a", images: 100, removed: 0, changed: 0, version: 4, aliasEntry: 1 },
    ...{ earlier: [], reasons: [], ...FEW },
  };
  assert.equal(
    waitsForImages(look, { ...POLICY, min_new_per_class: 10 }),
    'waits for more images: 3 of 20 new ones; no class has 10 new ones, the most are 2 of "cat" since version 4',
  );
  assert.equal(waitsForImages({ ...look, added: 0 }, POLICY), undefined, "nothing changed");
  assert.equal(waitsForImages({ ...look, reasons: ["asked"] }, POLICY), undefined);
});

const shortcut = (about: string, grade: Warning["grade"] = "voids"): Warning => ({
  ...{ code: "shortcut", about, grade, advice: "test on others" },
  sentence: `The ${about} alone tells the classes.`,
});

test("nothing is promoted by itself whose figures may be void, and of what is not promoted anyhow nobody is asked", () => {
  const better = { promotable: true };
  const worse = { promotable: false };
  assert.deepEqual(
    [undefined, better].map((proof) => fateOf("automatic", proof, false)),
    ["promote", "promote"],
  );
  assert.deepEqual(
    [undefined, better].map((proof) => fateOf("automatic", proof, true)),
    ["ask", "ask"],
  );
  assert.equal(fateOf("automatic", worse, true), "not-proven");
  assert.equal(fateOf("ask", better, true), "ask");
  assert.equal(fateOf("never", better, true), "leave");
});

test("doubts are what voids a figure, without those of the version in use, whatever their figures are", () => {
  const warnings = [shortcut("border colour"), shortcut("size"), shortcut("format", "check")];
  assert.deepEqual(newDoubts(warnings, []), warnings.slice(0, 2));
  const other: Warning = { ...shortcut("size"), sentence: "It told 97 %." };
  const inUse = subjectOf(other);
  assert.deepEqual(newDoubts(warnings, [inUse]), [warnings[0]]);
  assert.deepEqual(newDoubts(undefined, []), []);
  assert.equal(doubtsText([]), "");
  assert.equal(
    doubtsText(newDoubts(warnings, [])),
    "; but its figures may be void: The border colour alone tells the classes; The size alone tells the classes",
  );
});

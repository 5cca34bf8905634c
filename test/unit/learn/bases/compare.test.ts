import assert from "node:assert/strict";
import { test } from "node:test";
import { compareBases, type MeasuredBase } from "../../../../learn/bases/compare.js";

const IMAGES = 40;

/** The probe is right on the first `right` images. */
function measured(
  name: string,
  right: number,
  extra: { logMe?: number; seconds?: number; multiplyAdds?: number; distance?: number; known?: number } = {},
): MeasuredBase {
  const accuracy = right / IMAGES;
  const result = { accuracy, interval: [accuracy, accuracy], balancedAccuracy: accuracy } as const;
  return {
    name,
    secondsPerView: extra.seconds ?? 0.01,
    multiplyAdds: extra.multiplyAdds,
    ...(extra.distance === undefined ? {} : { verdict: "near" }),
    correct: Array.from({ length: IMAGES }, (_, image) => image < right),
    groups: Array.from({ length: IMAGES }, (_, image) => String(image)),
    evidence: {
      images: IMAGES,
      trainImages: IMAGES,
      smallestClass: { name: "a", images: IMAGES / 2 },
      classes: 2,
      folds: 5,
      majority: 0.5,
      probe: result,
      colours: result,
      neighbours: 0.5,
      logMe: extra.logMe ?? 0,
      hScore: 0,
      ...(extra.known === undefined ? {} : { known: extra.known }),
      ...(extra.distance === undefined
        ? {}
        : { domain: { images: IMAGES, distance: extra.distance, error: 0.01, groups: [] } }),
    },
  };
}

test("the most accurate probe wins, and a lead that chance explains is called so", () => {
  const { chosen, candidates, reason } = compareBases([measured("a", 30), measured("b", 31)]);
  assert.equal(chosen, "b");
  assert.deepEqual(
    candidates.map(({ name }) => name),
    ["b", "a"],
  );
  // One image better, none worse: p = 1/2.
  assert.equal(reason, "b: a linear probe is right on 77.5 %, a on 75.0 %, which may be chance (p = 0.500)");
});

test("a base that was tuned with the images is not chosen for knowing them", () => {
  const { chosen, reason } = compareBases([measured("a", 30), measured("model:b", 40, { known: 25 })]);
  assert.equal(chosen, "a");
  assert.equal(
    reason,
    "a: a linear probe is right on 75.0 %; out of the question, because it was tuned with some of these images: model:b",
  );
  const both = compareBases([measured("model:a", 30, { known: 3 }), measured("model:b", 31, { known: 25 })]);
  assert.equal(both.chosen, "model:b");
  assert.match(
    both.reason,
    /; the probe flatters what was tuned with some of these images: model:a, model:b$/,
  );
});

test("a lead is certain where the sign test says so, and its price is named", () => {
  const { reason } = compareBases([measured("a", 30), measured("b", 36, { seconds: 0.02 })]);
  // Six better, none worse: p = 2^-6.
  assert.equal(
    reason,
    "b: a linear probe is right on 90.0 %, a on 75.0 %, a certain lead (p = 0.016); it takes 2.0 times as long for an image",
  );
});

/** The names, the best first. */
const ranking = (...bases: MeasuredBase[]): string[] =>
  compareBases(bases).candidates.map(({ name }) => name);

test("of equal probes the higher LogME wins, then the base of fewer multiply-adds, then the one listed first", () => {
  const cheap = { multiplyAdds: 1e6 };
  const dear = { multiplyAdds: 2e6 };
  assert.deepEqual(ranking(measured("a", 30, cheap), measured("b", 30, { ...dear, logMe: 1 })), ["b", "a"]);
  assert.deepEqual(ranking(measured("a", 30, dear), measured("b", 30, cheap)), ["b", "a"]);
  assert.deepEqual(ranking(measured("b", 30, dear), measured("a", 30, dear)), ["b", "a"]);
});

test("of equal probes a base of unknown cost comes last, and two of them as they are listed", () => {
  const known = measured("known", 30, { multiplyAdds: 1e9 });
  assert.deepEqual(ranking(measured("b", 30), known, measured("a", 30)), ["known", "b", "a"]);
});

test("measured seconds choose nothing, so that a repeat chooses the same base", () => {
  for (const [first, second] of [
    [0.02, 0.005],
    [0.005, 0.02],
  ] as const) {
    const bases = [measured("a", 30, { seconds: first }), measured("b", 30, { seconds: second })];
    assert.deepEqual(ranking(...bases), ["a", "b"]);
  }
});

test("each candidate has its own domain distance and verdict, which the reason names and which decides nothing", () => {
  const { candidates, reason } = compareBases([
    measured("a", 30, { distance: 0.05 }),
    measured("b", 31, { distance: 0.157 }),
    measured("c", 29),
  ]);
  assert.deepEqual(
    candidates.map(({ name, domain }) => [name, domain]),
    [
      ["b", { distance: 0.157, error: 0.01, verdict: "near" }],
      ["a", { distance: 0.05, error: 0.01, verdict: "near" }],
      ["c", undefined],
    ],
  );
  assert.match(reason, /\(p = 0\.500\); domain distance: b 0\.16 \(near\), a 0\.05 \(near\)$/);
});

test("a lead on the pictures of three patients is no certain one", () => {
  const patients = Array.from({ length: IMAGES }, (_, image) => (image < 36 ? `p${image % 3}` : `${image}`));
  const { reason } = compareBases([measured("a", 30), { ...measured("b", 36), groups: patients }]);
  assert.match(reason, /which may be chance \(p = 0\.125\)/);
});

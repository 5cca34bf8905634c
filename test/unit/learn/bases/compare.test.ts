import assert from "node:assert/strict";
import { test } from "node:test";
import { compareBases } from "../../../../learn/bases/comparison/compare.js";
import type { MeasuredBase } from "../../../../learn/bases/comparison/measuredBase.js";

const IMAGES = 40;

/** The probe is right on the first `right` images. */
function measured(
  name: string,
  right: number,
  extra: {
    logMe?: number;
    seconds?: number;
    machine?: string;
    multiplyAdds?: number;
    distance?: number;
    known?: number;
    interval?: readonly [number, number];
  } = {},
): MeasuredBase {
  const accuracy = right / IMAGES;
  const { interval = [accuracy, accuracy], multiplyAdds, seconds, machine = "this one" } = extra;
  const result = { accuracy, interval, balancedAccuracy: accuracy };
  return {
    name,
    secondsPerView: 0.01,
    cost: {
      ...(multiplyAdds === undefined ? {} : { multiplyAdds }),
      ...(seconds === undefined ? {} : { speed: { viewsPerSecond: 1 / seconds, batches: 9, machine } }),
    },
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
  const { reason } = compareBases([
    measured("a", 30, { seconds: 0.01 }),
    measured("b", 36, { seconds: 0.02 }),
  ]);
  // Six better, none worse: p = 2^-6.
  assert.equal(
    reason,
    "b: a linear probe is right on 90.0 %, a on 75.0 %, a certain lead (p = 0.016); it takes 2.0 times as long for an image",
  );
});

test("times of two machines are not compared: the price is then in multiply-adds, or unknown", () => {
  const reasonOf = (a: object, b: object): string =>
    compareBases([measured("a", 30, a), measured("b", 36, b)]).reason;
  const here = { seconds: 0.01, multiplyAdds: 1e8 };
  const there = { seconds: 0.05, machine: "another one", multiplyAdds: 3e8 };
  assert.match(reasonOf(here, there), /a certain lead \(p = 0\.016\); it has 3\.0 times the multiply-adds$/);
  assert.match(reasonOf(here, { ...there, multiplyAdds: 1.1e8 }), /a certain lead \(p = 0\.016\)$/);
  assert.match(reasonOf({}, { seconds: 0.05 }), /a certain lead \(p = 0\.016\)$/);
});

test("a cheaper base that cannot be told apart and is not taken is named, and why: the cheapest of them", () => {
  const dear = measured("dear", 34, { multiplyAdds: 8e8, interval: [0.7, 0.93] });
  const less = measured("less", 33, { multiplyAdds: 5e8 });
  const tenth = measured("tenth", 32, { multiplyAdds: 8e7 });
  const { chosen, cheaper, passedOver, reason } = compareBases([tenth, less, dear]);
  assert.equal(chosen, "dear");
  assert.equal(passedOver, undefined);
  // Two images better, none worse: p = 2^-2.
  assert.deepEqual(cheaper, { name: "tenth", times: 10, pValue: 0.25, but: "probe" });
  assert.match(
    reason,
    /; tenth is 10\.0 times cheaper \(multiply-adds\) and cannot be told apart on these images \(p = 0\.250\), but its probe is 5\.0 points lower$/,
  );
});

test("what is proven to be worse, lies below the interval, is hardly cheaper, of unknown cost or has met the images is no saving", () => {
  const wide = { multiplyAdds: 8e8, interval: [0.5, 0.99] } as const;
  const savingOf = (best: MeasuredBase, other: MeasuredBase) => {
    const { chosen, cheaper, reason } = compareBases([best, other]);
    assert.equal(chosen, best.name);
    assert.equal(reason.includes("cheaper"), cheaper !== undefined);
    return cheaper?.name;
  };
  const best = measured("best", 34, wide);
  assert.equal(savingOf(best, measured("other", 31, { multiplyAdds: 1e8 })), "other");
  assert.equal(savingOf(best, measured("other", 33, { multiplyAdds: 6e8 })), "other");
  // Seven better, none worse: p = 2^-7, however wide the interval.
  assert.equal(savingOf(best, measured("other", 27, { multiplyAdds: 1e8 })), undefined);
  const narrow = measured("best", 34, { ...wide, interval: [0.84, 0.86] });
  assert.equal(savingOf(narrow, measured("other", 33, { multiplyAdds: 1e8 })), undefined);
  assert.equal(savingOf(best, measured("other", 33, { multiplyAdds: 7.5e8 })), undefined);
  assert.equal(savingOf(best, measured("other", 33)), undefined);
  assert.equal(savingOf(best, measured("other", 33, { multiplyAdds: 1e8, known: 3 })), undefined);
  assert.equal(
    savingOf(measured("best", 34, { interval: [0.5, 0.99] }), measured("other", 33, { multiplyAdds: 1e8 })),
    undefined,
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

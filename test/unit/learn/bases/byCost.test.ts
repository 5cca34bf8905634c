/** When cost chooses between bases, and when it has no say. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compareBases } from "../../../../learn/bases/comparison/compare.js";
import type { MeasuredBase } from "../../../../learn/bases/comparison/measuredBase.js";
import { wilsonInterval } from "../../../../learn/evaluation/metrics.js";

interface Candidate {
  /** Images that the probe gets wrong. */
  readonly wrong: readonly number[];
  readonly multiplyAdds?: number;
  readonly logMe?: number;
  readonly known?: number;
}

/** The first so many images. */
const first = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i);

/** @param group the group of an image; each is its own when left out */
function measured(
  name: string,
  images: number,
  { wrong, multiplyAdds, logMe = 0, known }: Candidate,
  group = String as (image: number) => string,
): MeasuredBase {
  const accuracy = (images - wrong.length) / images;
  const interval = wilsonInterval(images - wrong.length, images);
  const probe = { accuracy, interval, balancedAccuracy: accuracy };
  return {
    name,
    cost: multiplyAdds === undefined ? {} : { multiplyAdds },
    correct: first(images).map((image) => !wrong.includes(image)),
    groups: first(images).map(group),
    evidence: {
      images,
      trainImages: images,
      smallestClass: { name: "a", images: images / 2 },
      classes: 2,
      folds: 5,
      majority: 0.5,
      probe,
      colours: probe,
      neighbours: 0.5,
      logMe,
      hScore: 0,
      ...(known === undefined ? {} : { known }),
    },
  };
}

interface Case {
  readonly images: number;
  readonly dear: Candidate;
  readonly cheap: Candidate;
  readonly chosen: "dear" | "cheap";
  readonly says: RegExp;
}

const CASES: Readonly<Record<string, Case>> = {
  "at the ceiling the cheaper one of two without an error is taken, whatever LogME says": {
    images: 200,
    dear: { wrong: [], multiplyAdds: 8.6e8, logMe: 2 },
    cheap: { wrong: [], multiplyAdds: 3.8e8, logMe: 1 },
    chosen: "cheap",
    says: /^cheap: a linear probe is right on 100\.0 %, and so it is with dear, at 2\.3 times the multiply-adds: with hardly an image wrong, cost decides$/,
  },
  "at the ceiling a small saving counts, too": {
    images: 200,
    dear: { wrong: [], multiplyAdds: 5e8, logMe: 1 },
    cheap: { wrong: [], multiplyAdds: 4e8 },
    chosen: "cheap",
    says: /at 1\.3 times the multiply-adds: with hardly an image wrong/,
  },
  "at the ceiling one error more is none": {
    images: 200,
    dear: { wrong: [], multiplyAdds: 8e8, logMe: 1 },
    cheap: { wrong: [7], multiplyAdds: 4e8 },
    chosen: "cheap",
    says: /right on 99\.5 %, dear on 100\.0 %, which may be chance \(p = 0\.500\), at 2\.0 times/,
  },
  "three errors of 200 are a lead that is kept, whatever it costs": {
    images: 200,
    dear: { wrong: [], multiplyAdds: 8e8 },
    cheap: { wrong: first(3), multiplyAdds: 1e8 },
    chosen: "dear",
    says: /; cheap is 8\.0 times cheaper .* \(p = 0\.125\), but its probe is 1\.5 points lower$/,
  },
  "what differs by less than nobody would pay for is not worth LogME's word": {
    images: 200,
    dear: { wrong: [], multiplyAdds: 4.4e8, logMe: 1 },
    cheap: { wrong: [], multiplyAdds: 4e8 },
    chosen: "dear",
    says: /^dear: a linear probe is right on 100\.0 %, cheap on 100\.0 %, which may be chance \(p = 1\.000\)$/,
  },
  "below the ceiling the higher LogME is kept": {
    images: 200,
    dear: { wrong: first(40), multiplyAdds: 8e8, logMe: 0.4 },
    cheap: { wrong: first(40), multiplyAdds: 1e8, logMe: 0.3 },
    chosen: "dear",
    says: /; cheap is 8\.0 times cheaper .*, but its LogME is lower \(0\.30, 0\.40\)$/,
  },
  "below the ceiling cost decides where LogME is the same and half the work is saved": {
    images: 200,
    dear: { wrong: first(40), multiplyAdds: 8e8, logMe: 0.4 },
    cheap: { wrong: first(41, 1), multiplyAdds: 1e8, logMe: 0.38 },
    chosen: "cheap",
    says: /at 8\.0 times the multiply-adds: neither probe nor LogME tells them apart, so cost decides$/,
  },
  "below the ceiling a lower LogME of the dearer one is no hindrance": {
    images: 200,
    dear: { wrong: first(40), multiplyAdds: 8e8, logMe: 0.2 },
    cheap: { wrong: first(41, 1), multiplyAdds: 4e8, logMe: 0.4 },
    chosen: "cheap",
    says: /so cost decides$/,
  },
  "below the ceiling a third of the work is not enough": {
    images: 200,
    dear: { wrong: first(40), multiplyAdds: 6e8 },
    cheap: { wrong: first(41), multiplyAdds: 4e8 },
    chosen: "dear",
    says: /; cheap is 1\.5 times cheaper .*, but saves less than half$/,
  },
  "of few images one is a lead": {
    images: 30,
    dear: { wrong: [], multiplyAdds: 8e8 },
    cheap: { wrong: [3], multiplyAdds: 1e8 },
    chosen: "dear",
    says: /but its probe is 3\.3 points lower$/,
  },
  "of few images without an error the cheaper one is taken": {
    images: 30,
    dear: { wrong: [], multiplyAdds: 8e8, logMe: 1 },
    cheap: { wrong: [], multiplyAdds: 1e8 },
    chosen: "cheap",
    says: /cost decides$/,
  },
  "a lead that is small and above one standard error is kept": {
    images: 1000,
    dear: { wrong: [], multiplyAdds: 8e8 },
    cheap: { wrong: first(3), multiplyAdds: 1e8 },
    chosen: "dear",
    says: /\(p = 0\.125\), but its probe is 0\.3 points lower$/,
  },
  "what was tuned with the images is not taken for its cost": {
    images: 200,
    dear: { wrong: [], multiplyAdds: 8e8 },
    cheap: { wrong: [], multiplyAdds: 1e8, known: 3 },
    chosen: "dear",
    says: /out of the question/,
  },
  "nor is one of unknown cost, or against one of unknown cost": {
    images: 200,
    dear: { wrong: [], logMe: 1 },
    cheap: { wrong: [], multiplyAdds: 1e8 },
    chosen: "dear",
    says: /^dear: a linear probe is right on 100\.0 %, cheap on 100\.0 %/,
  },
};

for (const [name, { images, dear, cheap, chosen, says }] of Object.entries(CASES)) {
  test(name, () => {
    const both = [measured("dear", images, dear), measured("cheap", images, cheap)];
    for (const order of [both, both.toReversed()]) {
      const found = compareBases(order);
      assert.equal(found.chosen, chosen);
      assert.match(found.reason, says);
      // The chosen one comes first in every table, and what is recorded agrees with the sentence.
      assert.equal(found.candidates[0]?.name, chosen);
      assert.equal(found.passedOver?.name, chosen === "cheap" ? "dear" : undefined);
      assert.equal(found.cheaper !== undefined, / times cheaper /.test(found.reason));
    }
  });
}

test("of several cheaper ones the cheapest that nothing speaks against is taken", () => {
  const found = compareBases([
    measured("dear", 200, { wrong: [], multiplyAdds: 9e8, logMe: 3 }),
    measured("middle", 200, { wrong: [1], multiplyAdds: 6e8, logMe: 2 }),
    measured("small", 200, { wrong: [1, 2], multiplyAdds: 4e8, logMe: 1 }),
    measured("tiny", 200, { wrong: [1, 2, 3], multiplyAdds: 1e8, logMe: 1 }),
  ]);
  assert.equal(found.chosen, "small");
  assert.deepEqual(found.passedOver, { name: "dear", times: 2.25, pValue: 0.25, ground: "ceiling" });
  assert.deepEqual(
    found.candidates.map(({ name }) => name),
    ["small", "dear", "middle", "tiny"],
  );
});

test("images of one patient are one witness of a lead", () => {
  const byPatient = (image: number): string => `p${Math.floor(image / 2)}`;
  const dear = measured("dear", 400, { wrong: [100, 101], multiplyAdds: 8e8 });
  const cheap = { wrong: [...first(4), 100, 101], multiplyAdds: 4e8 };
  // Four images that only the dear one gets right are p = 2^-4; of two patients they are p = 2^-2.
  assert.equal(compareBases([dear, measured("cheap", 400, cheap)]).chosen, "dear");
  const grouped = [dear, measured("cheap", 400, cheap)].map((one) => ({
    ...one,
    groups: first(400).map(byPatient),
  }));
  assert.equal(compareBases(grouped).chosen, "cheap");
});

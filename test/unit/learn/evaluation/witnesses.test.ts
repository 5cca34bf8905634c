/** Shares and paired tests of images in groups, held against another program, and how often they mislead. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { wilsonInterval } from "../../../../learn/evaluation/metrics.js";
import { studentQuantile } from "../../../../learn/evaluation/studentQuantile.js";
import { witnesses } from "../../../../learn/evaluation/witnesses.js";
import { pairedChange, twoSided } from "../../../../learn/evidence/byGroup.js";
import { binomialTail } from "../../../../learn/evidence/mcnemar.js";
import { randomStream } from "../../../../rng/stream.js";
import { fixture } from "../support.js";

interface Recorded {
  readonly student: readonly { readonly probability: number; readonly freedom: number; readonly t: number }[];
  readonly shares: readonly {
    readonly name: string;
    readonly level: number;
    readonly groups: readonly string[];
    readonly right: readonly boolean[];
    readonly trials: number;
  }[];
  readonly paired: readonly {
    readonly groups: readonly string[];
    readonly before: readonly boolean[];
    readonly after: readonly boolean[];
    readonly rose: number;
    readonly fell: number;
  }[];
}

const recorded = fixture<Recorded>("evaluation/witnesses.json");
const signs = () => randomStream(1, "paired");

describe("images in groups, as another program has them", () => {
  it("Student's quantiles are SciPy's", () => {
    for (const { probability, freedom, t } of recorded.student) {
      const ours = studentQuantile(probability, freedom);
      assert.ok(Math.abs(ours - t) < 1e-4 * t, `${probability}, ${freedom}: ${ours}, not ${t}`);
    }
  });

  for (const { name, level, groups, right, trials } of recorded.shares) {
    it(`${name}: so many independent images, and the same share`, () => {
      const ours = witnesses(right, groups, level);
      assert.ok(Math.abs(ours.trials - trials) < 1e-4 * trials, `${ours.trials}, not ${trials}`);
      const share = right.filter(Boolean).length / right.length;
      assert.ok(Math.abs(ours.successes / ours.trials - share) < 1e-12);
    });
  }

  it("paired tests of groups are those of every pattern of signs", () => {
    for (const { groups, before, after, rose, fell } of recorded.paired) {
      const ours = pairedChange(before, after, groups, signs());
      assert.ok(Math.abs(ours.rose - rose) < 1e-12 && Math.abs(ours.fell - fell) < 1e-12);
    }
  });
});

describe("images each in a group of its own", () => {
  const before = Array.from({ length: 40 }, (_, image) => image % 3 > 0);
  const after = before.map((right, image) => right || image % 4 === 0);
  const own = before.map((_, image) => String(image));

  it("are as many witnesses as images", () => {
    assert.deepEqual(witnesses(before, own), { successes: 26, trials: 40 });
  });

  it("are put to McNemar's exact test", () => {
    const change = pairedChange(before, after, own, signs());
    assert.deepEqual(change, {
      better: 4,
      worse: 0,
      rose: binomialTail(4, 4),
      fell: binomialTail(0, 4),
    });
    assert.equal(twoSided(change), 0.125);
  });
});

/** Groups of 1 to 12 images that are of one mind, right with the probability; twice, for two models without a difference. */
function drawn(run: number, groups: number, probability: number) {
  const stream = randomStream(run, "groups of one mind");
  let at = 0;
  const ids: string[] = [];
  const first: boolean[] = [];
  const second: boolean[] = [];
  for (let group = 0; group < groups; group++) {
    const size = 1 + Math.floor(12 * stream.uniform(at++) ** 2);
    const [one, other] = [stream.uniform(at++) < probability, stream.uniform(at++) < probability];
    for (let image = 0; image < size; image++) {
      ids.push(`${group}`);
      first.push(one);
      second.push(other);
    }
  }
  return { ids, first, second };
}

const RUNS = 1000;

it("95 % intervals hold the truth in about 95 of 100 sets of groups of one mind, those of images in about half", () => {
  const truth = 0.8;
  const inside = ([low, high]: readonly [number, number]): boolean => low <= truth && truth <= high;
  let [byGroup, byImage] = [0, 0];
  for (let run = 0; run < RUNS; run++) {
    const { ids, first } = drawn(run, 40, truth);
    const { successes, trials } = witnesses(first, ids);
    if (inside(wilsonInterval(successes, trials))) byGroup++;
    if (inside(wilsonInterval(first.filter(Boolean).length, first.length))) byImage++;
  }
  assert.ok(byGroup > 0.91 * RUNS, `${byGroup}`);
  assert.ok(byImage < 0.65 * RUNS, `${byImage}`);
});

it("two models without a difference are told apart in at most one of twenty sets, by images in far more", () => {
  let [byGroup, byImage] = [0, 0];
  for (let run = 0; run < RUNS / 4; run++) {
    const { ids, first, second } = drawn(run, 20, 0.7);
    const own = ids.map((_, image) => String(image));
    if (twoSided(pairedChange(first, second, ids, signs())) < 0.05) byGroup++;
    if (twoSided(pairedChange(first, second, own, signs())) < 0.05) byImage++;
  }
  // Of 250 runs 12.5 are expected; 25 have a probability of 0.001.
  assert.ok(byGroup < 25, `${byGroup}`);
  assert.ok(byImage > 75, `${byImage}`);
});

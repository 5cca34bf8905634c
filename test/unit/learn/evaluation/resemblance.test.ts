/** Validation against test: the energy test and intervals against SciPy and statsmodels, verdicts, twins. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chanceOfCoverage } from "../../../../learn/evaluation/conformal.js";
import { energyTest, MOST } from "../../../../learn/evaluation/energyTest.js";
import { differenceInterval } from "../../../../learn/evaluation/proportions.js";
import { dealtOut, resemblance, type Side } from "../../../../learn/evaluation/resemblance.js";
import { twinAccuracy } from "../../../../learn/evaluation/twins.js";
import { randomStream } from "../../../../rng/stream.js";
import type { DataFaults } from "../../../../spec/records/dataset.js";
import { fixture } from "../support.js";

interface Sample {
  readonly features: readonly number[];
  readonly labels: readonly number[];
}
interface Recorded {
  readonly energy: readonly {
    readonly name: string;
    readonly width: number;
    readonly first: Sample;
    readonly second: Sample;
    readonly coefficient: number;
    readonly p?: number;
  }[];
  readonly differences: readonly {
    readonly first: readonly [number, number];
    readonly second: readonly [number, number];
    readonly alpha: number;
    readonly interval: readonly [number, number];
  }[];
  readonly coverage: readonly {
    readonly covered: number;
    readonly images: number;
    readonly calibration: number;
    readonly level: number;
    readonly p: number;
  }[];
}
const recorded = fixture<Recorded>("evaluation/resemblance.json");
const sampleOf = ({ features, labels }: Sample) => ({ features: Float32Array.from(features), labels });
const stream = (seed = 1) => randomStream(seed, "resemblance-test");

describe("the energy test", () => {
  for (const { name, width, first, second, coefficient, p } of recorded.energy) {
    it(`is SciPy's: ${name}`, () => {
      const ours = energyTest(sampleOf(first), sampleOf(second), width, stream());
      assert.ok(Math.abs(ours.coefficient - coefficient) < 1e-9, `${ours.coefficient}, not ${coefficient}`);
      assert.deepEqual(ours.sizes, [first.labels.length, second.labels.length]);
      // Four standard errors of 1999 permutations around the exact probability.
      if (p === undefined) return;
      const error = 4 * Math.sqrt((p * (1 - p)) / 1999) + 1 / 2000;
      assert.ok(Math.abs(ours.pValue - p) < error, `${ours.pValue}, exactly ${p}`);
    });
  }

  it("sees one class that is shifted, and no difference in unequal shares of the classes", () => {
    const [unequal, shifted] = recorded.energy.slice(-2).map(({ first, second, width }) => {
      return energyTest(sampleOf(first), sampleOf(second), width, stream()).pValue;
    });
    assert.ok((unequal ?? 0) > 0.05, `${unequal}`);
    assert.ok((shifted ?? 1) < 0.005, `${shifted}`);
  });

  it("compares a part of many, is the same for the same stream, and says nothing without a common class", () => {
    const drawn = randomStream(3, "features");
    const many = {
      features: Float32Array.from({ length: 2 * (MOST + 40) }, (_, i) => drawn.uniform(i)),
      labels: new Array<number>(MOST + 40).fill(0),
    };
    const few = { features: many.features.slice(0, 40), labels: new Array<number>(20).fill(0) };
    const once = energyTest(many, few, 2, stream());
    assert.deepEqual(once.sizes, [MOST, 20]);
    assert.deepEqual(energyTest(many, few, 2, stream()), once);
    const other = { ...few, labels: few.labels.map(() => 1) };
    assert.deepEqual(energyTest(many, other, 2, stream()), {
      sizes: [0, 0],
      coefficient: 0,
      expected: 0,
      pValue: 1,
    });
  });
});

describe("intervals and chances", () => {
  for (const { first, second, alpha, interval } of recorded.differences) {
    it(`the difference of ${first.join("/")} and ${second.join("/")} at ${alpha} is statsmodels'`, () => {
      const z = alpha === 0.05 ? undefined : 2.8070337683438042;
      const share = ([successes, trials]: readonly [number, number]) => ({ successes, trials });
      const ours = differenceInterval(share(first), share(second), z);
      for (const side of [0, 1] as const) assert.ok(Math.abs(ours[side] - interval[side]) < 1e-9);
    });
  }
  for (const { covered, images, calibration, level, p } of recorded.coverage) {
    it(`the chance of ${covered} covered of ${images}, calibrated on ${calibration}, is SciPy's`, () => {
      const ours = chanceOfCoverage(covered, images, calibration, level);
      assert.ok(Math.abs(ours - p) < 1e-12 + 1e-8 * p, `${ours}, not ${p}`);
    });
  }
});

/** Two classes in eight numbers; `shift` moves all pictures. */
function side(
  count: number,
  correct: number,
  seed: number,
  shift = 0,
  group?: (row: number) => string,
): Side {
  const drawn = randomStream(seed, "side");
  return {
    images: Array.from({ length: count }, (_, row) => ({
      label: row % 2,
      group: group?.(row) ?? `${seed}-${row}`,
    })),
    correct: Array.from({ length: count }, (_, row) => row < correct),
    features: Float32Array.from(
      { length: 8 * count },
      (_, i) => drawn.uniform(i) + shift + (Math.floor(i / 8) % 2),
    ),
  };
}

describe("validation and test", () => {
  it("are alike when both are drawn alike", () => {
    const found = resemblance(side(60, 57, 1), side(120, 112, 2), 8, stream());
    assert.equal(found?.verdict, "alike");
    assert.equal(found.pictures?.differs, false);
    assert.match(
      found.sentence,
      /^No difference between validation and test images is proven: the model is right on 95\.0 % of 60 validation images and on 93\.3 % of 120 test images \(−7\.6 to 8\.5 points apart, 95 %\); the pictures do not differ provably \(energy test, p = 0\.\d{3}\)\.$/,
    );
  });

  it("differ as on the MRI with given folders: accuracy and pictures, said with figures", () => {
    const found = resemblance(side(287, 280, 1), side(394, 263, 2, 0.3), 8, stream());
    assert.equal(found?.verdict, "differs");
    assert.deepEqual([found.accuracy.differs, found.pictures?.differs], [true, true]);
    assert.match(
      found.sentence,
      /^The validation images do not resemble the test images: the model is right on 97\.6 % of 287 validation images and on 66\.8 % of 394 test images, a difference of 25\.7 to 35\.8 points \(95 %\), and the pictures differ \(energy test, p < 0\.001\)\. What was chosen or promised by the validation images need not hold for pictures like the test images\.$/,
    );
  });

  it("differ by accuracy alone or by pictures alone, and each is said", () => {
    const byAccuracy = resemblance(side(200, 195, 1), side(200, 130, 2), 8, stream());
    assert.match(byAccuracy?.sentence ?? "", /though the pictures do not differ provably/);
    const byLook = resemblance(side(60, 57, 1), side(120, 112, 2, 0.4), 8, stream());
    assert.equal(byLook?.verdict, "differs");
    assert.match(
      byLook.sentence,
      /: the pictures differ \(energy test, p < 0\.001\); the model is right on .*, a difference that may be chance\./,
    );
  });

  it("a small difference of many images is none: early stopping has seen the validation images", () => {
    const found = resemblance(side(5000, 4900, 1), side(5000, 4825, 2), 8, stream());
    assert.ok((found?.accuracy.interval[0] ?? 0) > 0);
    assert.equal(found?.accuracy.differs, false);
  });

  it("few images tell nothing, none are not compared", () => {
    assert.equal(resemblance(side(6, 6, 1), side(40, 30, 2), 8, stream())?.verdict, "unknown");
    assert.equal(resemblance(side(0, 0, 1), side(40, 30, 2), 8, stream()), undefined);
  });

  it("a group has one voice: forty copies of a picture are one picture", () => {
    const two = side(2, 2, 1);
    const copies = {
      ...side(80, 76, 1, 0, (row) => `group-${row % 2}`),
      features: Float32Array.from({ length: 8 * 80 }, (_, i) => two.features[i % 16] ?? 0),
    };
    const torn = { ...copies, images: side(80, 76, 1).images };
    assert.equal(resemblance(torn, side(80, 76, 2), 8, stream())?.pictures?.differs, true);
    const found = resemblance(copies, side(80, 76, 2), 8, stream());
    assert.equal(found?.pictures?.validationImages, 2);
    assert.equal(found?.verdict, "alike");
  });

  it("accuracies of few groups of one mind are not told apart by their many images", () => {
    const patients = (count: number) => (row: number) => `patient ${Math.floor((row * 10) / count)}`;
    const [few, many] = [side(200, 195, 1), side(200, 130, 2)];
    assert.equal(resemblance(few, many, 8, stream())?.accuracy.differs, true);
    const grouped = [side(200, 195, 1, 0, patients(200)), side(200, 130, 2, 0, patients(200))] as const;
    const found = resemblance(...grouped, 8, stream());
    assert.equal(found?.accuracy.differs, false);
    const [low, high] = found?.accuracy.interval ?? [0, 0];
    assert.ok(high - low > 0.4, `${low} to ${high}`);
  });

  it("whose splits thaw has drawn differ by luck, which voids nothing; their accuracies may differ all the same", () => {
    const [validation, test] = [side(60, 57, 1), side(120, 112, 2, 0.4)];
    assert.equal(resemblance(validation, test, 8, stream())?.verdict, "differs");
    const drawn = resemblance(validation, test, 8, stream(), true);
    assert.equal(drawn?.verdict, "alike");
    assert.equal(drawn.pictures?.differs, false);
    assert.match(
      drawn.sentence,
      /points apart, 95 %\); the pictures differ by the luck of the draw, for thaw has dealt them out at random \(energy test, p < 0\.001\)\.$/,
    );
    const fitted = resemblance(side(200, 195, 1), side(200, 130, 2), 8, stream(), true);
    assert.equal(fitted?.verdict, "differs");
  });

  it("in groups of one mind, drawn alike, they are called different in about one of two hundred runs at most", () => {
    const drawn = (seed: number, groups: number): Side => {
      const random = randomStream(seed, "groups of one mind");
      const ids = Array.from({ length: groups }, (_, group) => group).flatMap((group) =>
        new Array<number>(1 + Math.floor(12 * random.uniform(2 * group) ** 2)).fill(group),
      );
      return {
        images: ids.map((group) => ({ label: group % 2, group: `${seed} ${group}` })),
        correct: ids.map((group) => random.uniform(2 * group + 1) < 0.8),
        features: Float32Array.from(ids.flatMap((group) => randomStream(seed, "look", group).uniform(0))),
      };
    };
    const alarms = Array.from({ length: 200 }, (_, run) =>
      resemblance(drawn(2 * run, 15), drawn(2 * run + 1, 30), 1, stream(run)),
    ).filter((found) => found?.verdict === "differs").length;
    // By images it is one run in five. Of 200 runs 2 are expected for the two tests; 8 have a probability of 0.001.
    assert.ok(alarms < 8, `${alarms}`);
  });

  it("drawn alike, they are called different in about one of two hundred runs at most a test", () => {
    const alarms = Array.from({ length: 200 }, (_, run) => {
      const found = resemblance(side(30, 27, 2 * run + 5), side(40, 36, 2 * run + 6), 8, stream(run));
      return found?.verdict === "differs";
    }).filter(Boolean).length;
    // Of 200 runs 1 is expected; 6 have a probability below 0.001.
    assert.ok(alarms < 6, `${alarms}`);
  });
});

it("images are dealt out by chance alone where no split came with them or from another training", () => {
  const faults = {} as DataFaults;
  const withSplits = { leaks: {} } as DataFaults;
  assert.equal(dealtOut({ faults }), true);
  assert.equal(dealtOut({ faults: withSplits }), false);
  assert.equal(dealtOut({ faults, knownFromBefore: { kept: 3, fresh: 2, moved: 0 } }), false);
  assert.equal(
    dealtOut({ faults, knownToBase: { learned: 3, heldOut: 1, dropped: 0, flattering: 0 } }),
    false,
  );
  // Of a dataset of old nothing is known.
  assert.equal(dealtOut({}), false);
});

describe("twins of test images", () => {
  const right = (path: string) => ({ path, label: 1, predicted: 1 });
  const wrong = (path: string) => ({ path, label: 1, predicted: 0 });
  it("are counted by bytes and by look, left out of training or not, and set apart", () => {
    const records = [
      { path: "a", group: "1", split: "train" },
      { path: "b", group: "1", split: "test", twin: "bytes" },
      { path: "c", group: "2", split: "test", twin: "look" },
      { path: "d", group: "3", split: "test", twin: "bytes" },
      { path: "e", group: "4", split: "test" },
      { path: "f", group: "5", split: "test" },
    ] as const;
    const predictions = [right("b"), right("c"), wrong("d"), right("e"), wrong("f")];
    assert.deepEqual(twinAccuracy(records, predictions), {
      images: 3,
      sameBytes: 2,
      sameLook: 1,
      stillThere: 1,
      accuracy: 2 / 3,
      accuracyOfOthers: 0.5,
    });
    assert.equal(twinAccuracy(records, [right("e")]), undefined);
  });
});

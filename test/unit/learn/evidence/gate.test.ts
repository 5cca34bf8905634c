import assert from "node:assert/strict";
import { test } from "node:test";
import { gate } from "../../../../learn/evidence/gate.js";
import { binomialTail, changedImages } from "../../../../learn/evidence/mcnemar.js";
import type { ValidationResult } from "../../../../learn/training/trainee.js";
import { randomStream } from "../../../../rng/stream.js";

/** Exact: `Fraction(sum(comb(n, i) for i in range(k, n + 1)), 2**n)` in Python. */
const TAILS = [
  { successes: 0, trials: 0, probability: 1 },
  { successes: 0, trials: 7, probability: 1 },
  { successes: 5, trials: 5, probability: 0.03125 },
  { successes: 8, trials: 10, probability: 0.0546875 },
  { successes: 9, trials: 10, probability: 0.0107421875 },
  { successes: 60, trials: 100, probability: 0.028443966820490395 },
  { successes: 540, trials: 1000, probability: 0.00622207313858589 },
] as const;

for (const { successes, trials, probability } of TAILS) {
  test(`${successes} or more heads of ${trials} have their exact probability`, () => {
    const difference = Math.abs(binomialTail(successes, trials) - probability);
    assert.ok(difference < 1e-12 + 1e-9 * probability, `off by ${difference}`);
  });
}

const signs = () => randomStream(1, "gate-test");

/** Made-up validation of images with these losses, of which 60 % are right before; then some change sides. */
function validations(better: number, worse: number, falls: readonly number[]) {
  const result = (losses: number[], correct: boolean[]): ValidationResult => ({
    loss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
    calibratedLosses: () => losses,
    accuracy: correct.filter(Boolean).length / correct.length,
    correct,
  });
  const before = falls.map((_, image) => image < 0.6 * falls.length);
  const after = before.map((right, image) => (right ? image >= worse : image < 0.6 * falls.length + better));
  const losses = falls.map((_, image) => 1 + (image % 7) / 10);
  const later = falls.map((fall, image) => (losses[image] ?? 0) - fall);
  return [result(losses, before), result(later, after)] as const;
}

/** Changes of the loss: so many images each. */
function falls(...groups: readonly (readonly [images: number, fall: number])[]): number[] {
  return groups.flatMap(([images, fall]) => Array.from({ length: images }, () => fall));
}

const GATES = [
  { what: "most losses fell", better: 5, worse: 4, by: falls([65, 0.1], [35, -0.1]), kept: true },
  {
    what: "most losses fell, one image more is wrong",
    better: 5,
    worse: 6,
    by: falls([65, 0.1], [35, -0.1]),
    kept: true,
  },
  {
    what: "the mean loss fell, no more than by chance",
    better: 4,
    worse: 0,
    by: falls([52, 0.1], [48, -0.1]),
    kept: false,
  },
  {
    what: "nine in ten losses fell a little, and a few grew by much more",
    better: 4,
    worse: 4,
    by: falls([90, 0.05], [10, -2]),
    kept: false,
  },
  {
    what: "a few losses fell by much, and most stayed",
    better: 4,
    worse: 0,
    by: falls([8, 1.5], [92, 0]),
    kept: true,
  },
  {
    what: "accuracy rose significantly, the loss too",
    better: 9,
    worse: 1,
    by: falls([50, 0.1], [50, -0.2]),
    kept: true,
  },
  {
    what: "accuracy rose by one image, the loss too",
    better: 6,
    worse: 5,
    by: falls([50, 0.1], [50, -0.2]),
    kept: false,
  },
  {
    what: "losses fell, but many more images are wrong",
    better: 1,
    worse: 9,
    by: falls([90, 0.1], [10, -0.1]),
    kept: false,
  },
  { what: "all losses of four images fell", better: 0, worse: 0, by: [0.1, 0.3, 0.2, 0.4], kept: true },
  {
    what: "all losses of three images fell, which proves nothing",
    better: 0,
    worse: 0,
    by: [0.1, 0.3, 0.2],
    kept: false,
  },
  { what: "the loss is no number", better: 0, worse: 50, by: falls([99, 1], [1, Number.NaN]), kept: false },
  { what: "nothing changed", better: 0, worse: 0, by: falls([100, 0]), kept: false },
] as const;

for (const { what, better, worse, by, kept } of GATES) {
  test(`a stage is ${kept ? "kept" : "rolled back"} when ${what}`, () => {
    const decision = gate(...validations(better, worse, by), signs());
    assert.equal(decision.kept, kept);
    assert.ok(decision.verdict.startsWith(kept ? "kept: validation " : "rolled back: validation "));
    assert.ok(decision.verdict.includes(`(${better} better, ${worse} worse)`));
  });
}

/** The sentence names the test that decided, with SciPy's `binomtest` or what all patterns of signs give. */
const SENTENCES = [
  {
    better: 0,
    worse: 0,
    by: [0.1, 0.3, 0.2, 0.4, 0.5],
    says: "the loss fell (sign-flip test, p = 0.031 at level 0.1, 5 images)",
  },
  {
    better: 0,
    worse: 0,
    by: [0.1, 0.3, 0.2],
    says: "not proven that the loss fell (sign-flip test, p = 0.125 at level 0.1, 3 images)",
  },
  {
    better: 9,
    worse: 1,
    by: falls([100, -0.1]),
    says: "accuracy rose (McNemar's test, p = 0.011 at level 0.05, 100 images)",
  },
  {
    better: 1,
    worse: 9,
    by: falls([100, 0.1]),
    says: "accuracy fell (McNemar's test, p = 0.011 at level 0.05, 100 images)",
  },
  {
    better: 20,
    worse: 0,
    by: falls([100, 0.1]),
    says: "the loss fell (sign-flip test, p < 0.001 at level 0.1, 100 images)",
  },
] as const;

for (const { better, worse, by, says } of SENTENCES) {
  test(`the verdict says: ${says}`, () => {
    assert.ok(gate(...validations(better, worse, by), signs()).verdict.endsWith(`; ${says}`));
  });
}

test("over many stages, what is handed on has the lowest loss so far or significantly better accuracy", () => {
  const stream = randomStream(7, "gate-test");
  const draw = (stage: number): ValidationResult => {
    const level = stream.uniform(100 * stage + 99);
    const losses = Array.from({ length: 40 }, (_, image) => level + stream.uniform(100 * stage + image));
    const correct = losses.map((_, image) => stream.uniform(100 * stage + 50 + image) < 0.7);
    return {
      loss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
      calibratedLosses: () => losses,
      accuracy: correct.filter(Boolean).length / correct.length,
      correct,
    };
  };
  const outcomes = { lower: 0, higher: 0, back: 0 };
  let handedOn = draw(0);
  for (let stage = 1; stage < 400; stage++) {
    // Every so often the chain starts anew, or it would soon be at the lowest loss that there is.
    if (stage % 8 === 0) handedOn = draw(1000 + stage);
    const before = handedOn;
    const after = draw(stage);
    if (!gate(before, after, signs()).kept) {
      outcomes.back += 1;
      continue;
    }
    handedOn = after;
    const { better, worse } = changedImages(before.correct, after.correct);
    outcomes[after.loss < before.loss ? "lower" : "higher"] += 1;
    assert.ok(after.loss < before.loss || binomialTail(better, better + worse) < 0.05, `stage ${stage}`);
  }
  assert.ok(outcomes.lower > 10 && outcomes.higher > 0 && outcomes.back > 10, JSON.stringify(outcomes));
});

test("of stages that change nothing but by chance, no more than the level are kept", () => {
  const stages = 400;
  let kept = 0;
  for (let stage = 0; stage < stages; stage++) {
    const stream = randomStream(11, "gate-test", stage);
    // Heavy tails: a normal number over the root of a uniform one, by Box–Muller.
    const by = Array.from({ length: 30 }, (_, image) => {
      const [u, v, w] = [1, 2, 3].map((i) => 1 - stream.uniform(3 * image + i)) as [number, number, number];
      return (Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v)) / Math.sqrt(w);
    });
    if (gate(...validations(3, 3, by), signs()).kept) kept += 1;
  }
  // 10 % of 400 are 40, with a standard error of 6.
  assert.ok(kept > 22 && kept < 58, `${kept} of ${stages}`);
});

test("another level moves the border, and the verdict says which", () => {
  const by = [0.1, 0.3, 0.2, 0.4];
  const at = (level: number) => gate(...validations(0, 0, by), signs(), { level, rule: "calibrated-loss" });
  // All four fell: p is 1/16.
  assert.deepEqual([at(0.1).kept, at(0.05).kept], [true, false]);
  assert.match(
    at(0.05).verdict,
    /not proven that the loss fell \(sign-flip test, p = 0\.063 at level 0\.05, 4 images\)$/,
  );
});

test("by accuracy alone the loss has no say, and without a test every stage is kept but one of no numbers", () => {
  const fell = validations(0, 0, falls([100, 0.1]));
  const byAccuracy = gate(...fell, signs(), { level: 0.1, rule: "accuracy" });
  assert.equal(byAccuracy.kept, false);
  assert.match(
    byAccuracy.verdict,
    /not proven that accuracy rose \(McNemar's test, p = 1\.000 at level 0\.1, 100 images\)$/,
  );
  const risen = validations(9, 1, falls([100, -0.1]));
  assert.equal(gate(...risen, signs(), { level: 0.1, rule: "accuracy" }).kept, true);
  const worse = validations(1, 9, falls([100, -0.1]));
  const always = { level: 0.1, rule: "always" } as const;
  assert.equal(gate(...worse, signs(), always).kept, true);
  assert.match(gate(...worse, signs(), always).verdict, /^kept: .*nothing was tested$/);
  assert.equal(gate(...validations(0, 0, [1, Number.NaN]), signs(), always).kept, false);
});

test("pictures of one group are one proof: what three of them show is not shown twelve times", () => {
  const by = [0.1, 0.3, 0.2].flatMap((fall) => new Array<number>(4).fill(fall));
  const patients = by.map((_, image) => `patient ${Math.floor(image / 4)}`);
  const byImages = gate(...validations(0, 0, by), signs());
  assert.equal(byImages.kept, true);
  const byGroups = gate(...validations(0, 0, by), signs(), undefined, patients);
  assert.equal(byGroups.kept, false);
  // 1/8 is the least that three groups can say.
  assert.match(byGroups.verdict, /\(sign-flip test, p = 0\.125 at level 0\.1, 12 images in 3 groups\)$/);
  const alone = by.map((_, image) => `${image}`);
  assert.deepEqual(gate(...validations(0, 0, by), signs(), undefined, alone), byImages);
});

test("images that became right count by their groups, too", () => {
  const spec = { level: 0.1, rule: "accuracy" } as const;
  const risen = validations(10, 0, falls([100, -0.1]));
  const [before, after] = risen;
  const became = before.correct.map((right, image) => !right && after.correct[image] === true);
  const two = became.map((better, image) => (better ? `patient ${image % 2}` : `${image}`));
  assert.equal(gate(...risen, signs(), spec).kept, true);
  const { kept, verdict } = gate(...risen, signs(), spec, two);
  assert.equal(kept, false);
  assert.match(
    verdict,
    /accuracy rose \(sign-flip test of right and wrong, p = 0\.250 at level 0\.1, 100 images in 92 groups\)$/,
  );
});

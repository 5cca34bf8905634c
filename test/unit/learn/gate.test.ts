import assert from "node:assert/strict";
import { test } from "node:test";
import { binomialTail, changedImages, gate } from "../../../learn/gate.js";
import { randomStream } from "../../../rng/stream.js";

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

/** 100 images of which 60 are right before; then some change sides. */
function validations(better: number, worse: number, loss: number) {
  const result = (correct: boolean[], value: number) => ({
    loss: value,
    accuracy: correct.filter(Boolean).length / correct.length,
    correct,
  });
  const before = Array.from({ length: 100 }, (_, image) => image < 60);
  const after = before.map((right, image) => (right ? image >= worse : image < 60 + better));
  return [result(before, 1), result(after, loss)] as const;
}

const GATES = [
  { what: "accuracy rose and the loss fell", better: 5, worse: 0, loss: 0.9, kept: true },
  { what: "accuracy rose by one image, the loss too", better: 6, worse: 5, loss: 1.1, kept: false },
  { what: "accuracy rose significantly, the loss too", better: 9, worse: 1, loss: 1.1, kept: true },
  { what: "the loss fell at the same accuracy", better: 4, worse: 4, loss: 0.9, kept: true },
  { what: "the loss fell and one image more is wrong", better: 5, worse: 6, loss: 0.9, kept: true },
  { what: "the loss fell but many more images are wrong", better: 1, worse: 9, loss: 0.9, kept: false },
  { what: "the loss rose at the same accuracy", better: 4, worse: 4, loss: 1.1, kept: false },
  { what: "the loss is no number", better: 0, worse: 50, loss: Number.NaN, kept: false },
  { what: "nothing changed", better: 0, worse: 0, loss: 1, kept: false },
] as const;

for (const { what, better, worse, loss, kept } of GATES) {
  test(`a stage is ${kept ? "kept" : "rolled back"} when ${what}`, () => {
    const decision = gate(...validations(better, worse, loss));
    assert.equal(decision.kept, kept);
    assert.ok(decision.verdict.startsWith(kept ? "kept: " : "rolled back: "));
    assert.ok(decision.verdict.includes(`(${better} better, ${worse} worse)`));
  });
}

test("over many stages, what is handed on has the lowest loss so far or significantly better accuracy", () => {
  const stream = randomStream(7, "gate-test");
  const draw = (stage: number) => {
    const correct = Array.from({ length: 40 }, (_, image) => stream.uniform(100 * stage + image) < 0.7);
    return {
      loss: 0.5 + stream.uniform(100 * stage + 50),
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
    if (!gate(before, after).kept) {
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

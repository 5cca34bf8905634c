/** The range test: what it chooses, what it leaves untouched, and that it tames rates which are too high. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chosenFactor, findRate } from "../../../../learn/training/optimizer/rateFinder.js";
import type { ExtraState, StepPosition, Trainee, Update } from "../../../../learn/training/trainee.js";
import type { Progress } from "../../../../spec/records/training.js";
import { hostVector } from "../../../support/learning/hostVector.js";

const CHOSEN = [
  { what: "a flat loss leaves the rates as they are", losses: [1, 1, 1, 1], factor: 1 },
  { what: "a falling loss leaves the rates as they are", losses: [4, 3, 2, 1], factor: 1 },
  {
    what: "a loss that rises without blowing up leaves the rates as they are",
    losses: [1, 1, 2, 3.9],
    factor: 1,
  },
  { what: "the last low loss decides, not the lowest", losses: [1, 1.05, 1.5, 5], factor: 0.005 },
  { what: "a loss that is no number has blown up", losses: [2, 1, 1], isNumber: false, factor: 0.05 },
  {
    what: "where only the lowest rate has a low loss, half of that is taken",
    losses: [1, 3, 3, 30],
    factor: 5e-4,
  },
];

for (const { what, losses, factor, isNumber = true } of CHOSEN) {
  test(what, () => {
    const points = losses.map((loss, i) => ({ factor: 10 ** (i - 3), loss }));
    assert.ok(Math.abs(chosenFactor(points, isNumber) - factor) < 1e-12, `${chosenFactor(points, isNumber)}`);
  });
}

/** A bowl: the loss is half the squared distance from a minimum, with rates that may be far too high. */
function bowl(learningRate: number): Trainee & { extra: number; readonly batches: (readonly number[])[] } {
  const vector = hostVector([0.5, -0.25, 0.125], { learningRate, weightDecay: 0.01 });
  const trainee = {
    samples: 10,
    vector,
    batches: [] as (readonly number[])[],
    extra: 7,
    train: (batch: readonly number[], _position: StepPosition, update: Update) => {
      trainee.batches.push(batch);
      trainee.extra += 1;
      const loss = 0.1 + vector.values.reduce((sum, value) => sum + value ** 2 / 2, 0);
      return { loss, correct: 0, norm: vector.update([[...vector.values]], update) };
    },
    validate: () => ({ loss: 0, accuracy: 0, calibratedLosses: () => [], correct: [] }),
    snapshotExtra: () => new Map([["steps", Float32Array.of(trainee.extra)]]),
    restoreExtra: (extra: ExtraState) => {
      trainee.extra = extra.get("steps")?.[0] ?? Number.NaN;
    },
  };
  return trainee;
}

const options = (onProgress: (progress: Progress) => void = () => {}) => ({
  batchSize: 4,
  clipNorm: 10,
  seed: 1,
  stage: 1,
  epoch: 8,
  onProgress,
});

test("rates that are too high are lowered, fine ones are not", async () => {
  const high = await findRate(bowl(100), options());
  assert.ok(high.factor < 0.05, `${high.factor}`);
  assert.ok(high.points.length < 40, "it stops when the loss has blown up");
  const fine = await findRate(bowl(0.01), options());
  assert.equal(fine.factor, 1);
  assert.equal(fine.points.length, 40);
});

test("weights, rates and other state are as before, bit for bit, and the same test gives the same", async () => {
  const trainee = bowl(100);
  const [values, layout] = [trainee.vector.read("weights"), structuredClone(trainee.vector.layout)];
  const seen: Progress[] = [];
  const first = await findRate(
    trainee,
    options((progress) => seen.push(progress)),
  );
  assert.deepEqual(trainee.vector.read("weights"), values);
  assert.deepEqual(trainee.vector.layout, layout);
  assert.equal(trainee.extra, 7);
  assert.deepEqual((await findRate(trainee, options())).points, first.points);
  assert.ok(seen.length > 0 && seen.every(({ step, total }) => step >= 1 && step <= total));
});

test("a step without a finite gradient ends the test, and the points are numbers", async () => {
  const trainee = bowl(0.01);
  const { train } = trainee;
  trainee.train = (batch, position, update) => {
    const result = train(batch, position, update);
    return position.step < 12 ? result : { ...result, loss: Number.NaN };
  };
  const { factor, points } = await findRate(trainee, options());
  assert.equal(points.length, 12);
  assert.ok(points.every(({ loss }) => Number.isFinite(loss)));
  assert.ok(Math.abs(factor - (points.at(-1)?.factor ?? 0) / 2) < 1e-12, `${factor}`);
});

test("every batch is whole, and all samples come before one comes again", async () => {
  const trainee = bowl(0.01);
  await findRate(trainee, options());
  assert.ok(trainee.batches.every((batch) => batch.length === 4));
  assert.equal(new Set(trainee.batches.flat().slice(0, 10)).size, 10);
});

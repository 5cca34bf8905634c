/** The training loop: best weights, early stopping, time budget, divergence, progress. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type FitOptions, fit } from "../../../../learn/training/fit.js";
import type { StepPosition, Trainee } from "../../../../learn/training/trainee.js";
import { ThawError } from "../../../../spec/errors.js";
import type { Progress } from "../../../../spec/records/training.js";
import { hostVector } from "../../../support/learning/hostVector.js";

const SAMPLES = 10;
const BATCH = 4;
const STEPS_PER_EPOCH = 3;

interface Scripted extends Trainee {
  /** The weights as they were at each validation. */
  readonly atEpoch: Float32Array[];
  readonly batches: { readonly batch: readonly number[]; readonly position: StepPosition }[];
  extra: number;
}

/** A trainee whose gradients are constant and whose validation losses are written down beforehand. */
function scripted(losses: readonly number[], stepLoss = 1): Scripted {
  const vector = hostVector([1, 2, 3], { learningRate: 0.1, weightDecay: 0 });
  const trainee: Scripted = {
    samples: SAMPLES,
    vector,
    atEpoch: [],
    batches: [],
    extra: 0,
    train: (batch, position, update) => {
      trainee.batches.push({ batch, position });
      trainee.extra += 1;
      return { loss: stepLoss, correct: 1, norm: vector.update([[1, -1, 0.5]], update) };
    },
    validate: () => {
      trainee.atEpoch.push(vector.read("weights"));
      const loss = losses[trainee.atEpoch.length - 1] ?? 0;
      return { loss, accuracy: trainee.atEpoch.length / 100, calibratedLosses: () => [], correct: [] };
    },
    snapshotExtra: () => new Map([["steps", Float32Array.of(trainee.extra)]]),
    restoreExtra: (extra) => {
      trainee.extra = extra.get("steps")?.[0] ?? Number.NaN;
    },
  };
  return trainee;
}

function options(changes: Partial<FitOptions> = {}): FitOptions {
  return {
    epochs: 6,
    patience: 2,
    batchSize: BATCH,
    warmup: 0,
    seed: 1,
    stage: 1,
    onProgress: () => {},
    ...changes,
  };
}

const SCRIPTS = [
  { losses: [3, 1, 2, 2, 0, 0], best: 2, epochs: 4, stopped: true },
  { losses: [6, 5, 4, 3, 2, 1], best: 6, epochs: 6, stopped: false },
  { losses: [1, 2, 3], best: 1, epochs: 3, stopped: true },
  { losses: [3, 4, 2, 3, 1, 2], best: 5, epochs: 6, stopped: false },
];

for (const { losses, best, epochs, stopped } of SCRIPTS) {
  test(`validation losses ${losses} restore the weights of epoch ${best}`, async () => {
    const trainee = scripted(losses);
    const result = await fit(trainee, options());
    assert.deepEqual(trainee.vector.read("weights"), trainee.atEpoch[best - 1]);
    assert.equal(trainee.extra, best * STEPS_PER_EPOCH, "the state besides the vector is that epoch's too");
    assert.equal(result.history.length, epochs);
    assert.equal(result.bestEpoch, best);
    assert.equal(result.validationLoss, losses[best - 1]);
    assert.equal(result.validationAccuracy, best / 100);
    assert.equal(result.stoppedEarly, stopped);
    assert.equal(result.trainableParameters, 3);
  });
}

test("every epoch sees every sample once, in another order", async () => {
  const trainee = scripted([2, 1]);
  await fit(trainee, options({ epochs: 2 }));
  const orders = [0, 1].map((epoch) =>
    trainee.batches.filter(({ position }) => position.epoch === epoch).flatMap(({ batch }) => batch),
  );
  const all = Array.from({ length: SAMPLES }, (_, i) => i);
  for (const order of orders)
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      all,
    );
  assert.notDeepEqual(orders[0], orders[1]);
  assert.deepEqual(
    trainee.batches.map(({ batch }) => batch.length),
    [4, 4, 2, 4, 4, 2],
  );
});

test("a batch is never larger than the set", async () => {
  const trainee = scripted([1]);
  await fit(trainee, options({ epochs: 1, batchSize: 64 }));
  assert.deepEqual(
    trainee.batches.map(({ batch }) => batch.length),
    [SAMPLES],
  );
});

test("progress counts the steps and tells the last validation accuracy", async () => {
  const seen: Progress[] = [];
  await fit(
    scripted([2, 1]),
    options({
      epochs: 2,
      onProgress: (progress) => progress.epochEnd === undefined && seen.push(progress),
    }),
  );
  assert.deepEqual(
    seen.map(({ phase, step, total }) => [phase, step, total]),
    [1, 2, 3, 4, 5, 6].map((step) => [`epoch ${step > 3 ? 2 : 1}/2`, step, 6]),
  );
  assert.equal(seen[2]?.validationAccuracy, undefined);
  assert.equal(seen[3]?.validationAccuracy, 0.01);
  assert.equal(seen[5]?.etaSeconds, 0);
});

test("the end of an epoch is told with its record", async () => {
  const ends: Progress[] = [];
  const { history } = await fit(
    scripted([2, 1]),
    options({ epochs: 2, onProgress: (progress) => progress.epochEnd && ends.push(progress) }),
  );
  assert.deepEqual(
    ends.map(({ epochEnd }) => epochEnd),
    history,
  );
  assert.deepEqual(
    ends.map(({ phase, step }) => [phase, step]),
    [
      ["epoch 1/2", 3],
      ["epoch 2/2", 6],
    ],
  );
});

test("under a time budget at least one step is made, and the figures are numbers", async () => {
  const seen: Progress[] = [];
  const trainee = scripted([1]);
  const result = await fit(
    trainee,
    options({ secondsBudget: 1e-9, epochs: 1000, onProgress: (progress) => seen.push(progress) }),
  );
  assert.equal(trainee.batches.length, 1);
  assert.equal(result.history.length, 1);
  assert.equal(result.validationLoss, 1);
  assert.equal(seen[0]?.phase, "epoch 1, seconds");
});

test("a time budget ends the training, and the rate has fallen by then", async (context) => {
  const trainee = scripted([]);
  let now = 0;
  context.mock.method(performance, "now", () => now);
  const slow: Trainee = {
    ...trainee,
    train: (batch, position, update) => {
      now += 2;
      return trainee.train(batch, position, update);
    },
  };
  const result = await fit(slow, options({ secondsBudget: 0.2, epochs: 100_000, patience: 100_000 }));
  assert.ok(result.history.length > 2 && result.history.length < 200, `${result.history.length} epochs`);
  const rates = result.history.map((record) => record.learningRate);
  assert.ok((rates[0] as number) > 0.05, "it begins high");
  assert.ok((rates.at(-1) as number) < 0.02, "it ends low");
});

test("messages are heard between steps", async () => {
  let turns = 0;
  const timer = setInterval(() => {}, 1000);
  const count = (): void => {
    turns += 1;
    if (turns < 1000) setImmediate(count);
  };
  setImmediate(count);
  await fit(scripted([1]), options({ epochs: 1 }));
  clearInterval(timer);
  assert.ok(turns >= STEPS_PER_EPOCH, `${turns} turns of the event loop`);
});

test("the average of the weights is the result where it validates better, and training goes on without it", async () => {
  const trainee = scripted([]);
  // Three steps an epoch, each of about the rate: the weights run away from where they began, the average lags.
  const losses = [5, 4, 3, 9, 2, 6];
  const weights: Float32Array[] = [];
  const averaging: Trainee = {
    ...trainee,
    validate: (of = "weights") => {
      weights.push(trainee.vector.read(of));
      return {
        loss: losses[weights.length - 1] ?? 0,
        accuracy: 0.5,
        calibratedLosses: () => [],
        correct: [],
      };
    },
  };
  const result = await fit(averaging, options({ epochs: 3, ema: 0.9 }));
  assert.deepEqual(
    result.history.map(({ validationLoss, averaged }) => [validationLoss, averaged === true]),
    [
      [4, true],
      [3, false],
      [2, false],
    ],
  );
  assert.equal(result.bestEpoch, 3);
  assert.deepEqual(trainee.vector.read("weights"), weights[4], "the weights themselves were the best");
  const plain = scripted([3, 2, 1]);
  await fit(plain, options({ epochs: 3 }));
  for (const epoch of [0, 1, 2])
    assert.deepEqual(weights[2 * epoch], plain.atEpoch[epoch], "the same training");

  weights.length = 0;
  losses.splice(0, 6, 5, 6, 5, 1, 7, 8);
  trainee.vector.write("weights", Float32Array.of(1, 2, 3));
  const other = await fit(averaging, options({ epochs: 3, ema: 0.9 }));
  assert.equal(other.bestEpoch, 2);
  assert.deepEqual(trainee.vector.read("weights"), weights[3], "the average was the best");
  assert.notDeepEqual(weights[3], weights[2]);
});

const DIVERGED = [
  { what: "a loss", trainee: () => scripted([1], Number.NaN) },
  { what: "an infinite loss", trainee: () => scripted([1], Number.POSITIVE_INFINITY) },
  { what: "a validation loss", trainee: () => scripted([Number.NaN]) },
];

for (const { what, trainee } of DIVERGED) {
  test(`${what} that is no number ends the training with a clear error`, async () => {
    await assert.rejects(fit(trainee(), options()), (error) => {
      assert.ok(error instanceof ThawError);
      assert.equal(error.code, "TRAINING_DIVERGED");
      assert.match(error.message, /epoch 1/);
      assert.ok(error.hint);
      return true;
    });
  });
}

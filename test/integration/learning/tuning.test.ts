/** Properties of tuning: what stays frozen, what is reproducible, and that nothing leaks. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Architecture, groupIndex, unitsOf } from "../../../learn/bases/architecture.js";
import { tf } from "../../../learn/engine.js";
import { HEAD_KERNEL, zeroHead } from "../../../learn/network/head.js";
import { overlay, type Parameters, parameter } from "../../../learn/network/parameters.js";
import { readSafetensors } from "../../../learn/safetensors.js";
import type { Samples } from "../../../learn/samples/files.js";
import { type FitOptions, fit } from "../../../learn/training/fit.js";
import { findRate } from "../../../learn/training/optimizer/rateFinder.js";
import { randomParameters } from "../../../learn/training/step/fullNetwork.js";
import type { TrainingData } from "../../../learn/training/step/step.js";
import {
  type SuffixSettings,
  type SuffixTrainee,
  suffixTrainee,
  trainableNames,
} from "../../../learn/training/step/suffix.js";
import { randomStream } from "../../../rng/stream.js";
import type { TrainingSummary } from "../../../spec/records/training.js";
import { assertClose, base, FIXTURES, pretrained, samplesOf } from "../../unit/learn/support.js";

const { architecture, input } = base;
const from = groupIndex(architecture, "blocks.6");
const CLASSES = 4;
const IMAGES = 24;
const VIEWS = 2;

/** Real activations of four photographs, each several times with noise: four classes that can be learned. */
const boundary = parameter(await readSafetensors(join(FIXTURES, "training/suffix.safetensors")), "boundary");
const recordLength = boundary.data.length / CLASSES;

let noisy: Float32Array | undefined;
/** Half a million numbers, drawn once for all tests. */
function noisyValues(): Float32Array {
  if (noisy !== undefined) return noisy;
  const noise = randomStream(5, "test-noise");
  const values = new Float32Array(IMAGES * VIEWS * recordLength);
  for (let i = 0; i < values.length; i++) {
    const photograph = Math.floor(i / recordLength / VIEWS) % CLASSES;
    const own = boundary.data[photograph * recordLength + (i % recordLength)] as number;
    values[i] = own + 0.5 * (noise.uniform(i) - 0.5);
  }
  noisy = values;
  return values;
}

const noisySamples = (context: TestContext): Promise<Samples> =>
  samplesOf(context, boundary.shape.slice(1), noisyValues());

function dataOf(samples: Samples): TrainingData {
  const images = Array.from({ length: IMAGES }, (_, i) => i);
  return {
    samples,
    rows: { rows: IMAGES * VIEWS, views: VIEWS, firstRow: images.map((i) => i * VIEWS) },
    train: images.slice(0, 16),
    validation: images.slice(16),
    labels: images.map((i) => i % CLASSES),
    classes: CLASSES,
  };
}

async function startParameters(): Promise<Parameters> {
  return overlay(await pretrained(), zeroHead(architecture.features, CLASSES));
}

function traineeOf(
  parameters: Parameters,
  samples: Samples,
  seed: number,
  changes: Partial<SuffixSettings> = {},
): SuffixTrainee {
  return suffixTrainee(
    {
      architecture,
      parameters,
      from,
      rateOf: () => ({ learningRate: 0.003, weightDecay: 0.01 }),
      dropout: 0.2,
      labelSmoothing: 0.05,
      seed,
      stage: 1,
      pixelScale: input.pixelScale,
      ...changes,
    },
    dataOf(samples),
  );
}

const options = (seed: number, changes: Partial<FitOptions> = {}): FitOptions => ({
  epochs: 3,
  patience: 3,
  batchSize: 8,
  warmup: 0.1,
  seed,
  stage: 1,
  onProgress: () => {},
  ...changes,
});

function digests(parameters: Parameters): Map<string, string> {
  return new Map(
    [...parameters].map(([name, { data }]) => [name, createHash("sha256").update(data).digest("hex")]),
  );
}

interface PlainRun {
  readonly parameters: Parameters;
  /** Of what went in, before and after. */
  readonly digests: readonly [ReadonlyMap<string, string>, ReadonlyMap<string, string>];
  readonly before: ReturnType<SuffixTrainee["validate"]>;
  readonly result: TrainingSummary;
  readonly trained: Parameters;
}

const plainRuns = new Map<number, Promise<PlainRun>>();

/** Training of seed 1 with nothing that is off by default, once for all tests that look at it. */
function plainRun(context: TestContext, epochs = 3): Promise<PlainRun> {
  const run = async (): Promise<PlainRun> => {
    const parameters = await startParameters();
    const wentIn = digests(parameters);
    const trainee = traineeOf(parameters, await noisySamples(context), 1);
    try {
      const before = trainee.validate();
      const result = await fit(trainee, options(1, { epochs }));
      const trained = trainee.trained();
      return { parameters, digests: [wentIn, digests(parameters)], before, result, trained };
    } finally {
      trainee.dispose();
    }
  };
  const made = plainRuns.get(epochs) ?? run();
  plainRuns.set(epochs, made);
  return made;
}

test("a stage changes what it trains and leaves every other weight and statistic as it was", async (context) => {
  const { parameters, result, trained, ...run } = await plainRun(context);
  const [before, left] = run.digests;
  assert.ok(result.bestEpoch > 0);
  assert.deepEqual(left, before, "the parameters that went in were not written to");
  const after = digests(overlay(parameters, trained));
  const names = trainableNames(architecture, from);
  assert.deepEqual([...trained.keys()], names);
  for (const [name, digest] of before) {
    assert.equal(after.get(name) !== digest, names.includes(name), name);
  }
  const statistics = architecture.groups
    .flatMap(unitsOf)
    .flatMap(({ name }) => [`${name}.mean`, `${name}.variance`]);
  for (const name of statistics) assert.equal(after.get(name), before.get(name), name);
});

test("the weights of the best epoch are restored, bit for bit", async (context) => {
  const trainee = traineeOf(await startParameters(), await noisySamples(context), 1);
  context.after(() => trainee.dispose());
  const epochs: { loss: number; weights: Float32Array }[] = [];
  const watched = {
    ...trainee,
    validate: () => {
      const result = trainee.validate();
      epochs.push({ loss: result.loss, weights: trainee.vector.read("weights") });
      // The last epoch must not be the best, whatever the numbers are.
      return epochs.length === 3 ? { ...result, loss: 1e3, accuracy: 0 } : result;
    },
  };
  const result = await fit(watched, options(1));
  assert.ok(result.bestEpoch < 3);
  assert.deepEqual(trainee.vector.read("weights"), epochs[result.bestEpoch - 1]?.weights);
  assert.equal(
    trainee.validate().loss,
    epochs[result.bestEpoch - 1]?.loss,
    "validating again gives the same",
  );
});

test("the same seed gives bit-identical weights and history, another seed other ones", async (context) => {
  const samples = await noisySamples(context);
  const parameters = await startParameters();
  const train = async (seed: number) => {
    const trainee = traineeOf(parameters, samples, seed);
    const { history, ...summary } = await fit(trainee, options(seed));
    const weights = digests(trainee.trained());
    trainee.dispose();
    const timeless = history.map(({ seconds: _seconds, ...record }) => record);
    return { weights, timeless, best: summary.bestEpoch };
  };
  const { result, trained } = await plainRun(context);
  const first = digests(trained);
  const { history, bestEpoch } = result;
  const timeless = history.map(({ seconds: _seconds, ...record }) => record);
  assert.deepEqual(await train(1), { weights: first, timeless, best: bestEpoch });
  const other = await train(2);
  for (const [name, digest] of other.weights) assert.notEqual(digest, first.get(name), name);
});

test("it learns: the loss falls, and every validation image is told apart", async (context) => {
  const { before, result } = await plainRun(context);
  assert.ok(Math.abs(before.loss - Math.log(CLASSES)) < 1e-5, "a head of zeros knows nothing");
  assert.ok(result.validationLoss < before.loss / 2, `loss ${before.loss} → ${result.validationLoss}`);
  assert.equal(result.validationAccuracy, 1);
});

test("the number of tensors stays flat over steps, epochs and stages", async (context) => {
  const samples = await noisySamples(context);
  const parameters = await startParameters();
  const atStart = tf.memory().numTensors;
  for (let stage = 0; stage < 2; stage++) {
    const trainee = traineeOf(parameters, samples, 1);
    const prepared = tf.memory().numTensors;
    const seen = new Set<number>();
    await fit(trainee, options(1, { epochs: 2, onProgress: () => seen.add(tf.memory().numTensors) }));
    assert.deepEqual([...seen], [prepared], "after every step");
    assert.equal(tf.memory().numTensors, prepared, "after the last validation");
    trainee.dispose();
    assert.equal(tf.memory().numTensors, atStart, "after the stage");
  }
});

test("each epoch draws one view of every image, and not always the same one", async (context) => {
  const samples = await noisySamples(context);
  const gathered: number[][] = [];
  const watched: Samples = {
    ...samples,
    gather: (rows) => {
      gathered.push([...rows]);
      return samples.gather(rows);
    },
  };
  const trainee = traineeOf(await startParameters(), watched, 1);
  context.after(() => trainee.dispose());
  const batch = Array.from({ length: 16 }, (_, i) => i);
  for (const epoch of [0, 1]) trainee.gradients(batch, { epoch, step: 0 });
  for (const rows of gathered) {
    assert.deepEqual(
      rows.map((row) => Math.floor(row / VIEWS)),
      batch,
    );
  }
  assert.notDeepEqual(gathered[0], gathered[1]);
});

const balanced = { kind: "cross-entropy", gamma: 2, class_weights: "balanced" } as const;
const LOSSES: Readonly<Record<string, Partial<SuffixSettings>>> = {
  "focal loss and class weights": { loss: { ...balanced, kind: "focal" } },
  "mixup and cutmix": { mixing: { mixup: 0.2, cutmix: 1 } },
};
for (const [what, changes] of Object.entries(LOSSES)) {
  test(`${what}: it learns, repeats bit for bit, and leaves no tensor`, async (context) => {
    const samples = await noisySamples(context);
    const parameters = await startParameters();
    const atStart = tf.memory().numTensors;
    const train = async () => {
      const trainee = traineeOf(parameters, samples, 1, changes);
      const before = trainee.validate();
      const result = await fit(trainee, options(1));
      const weights = digests(trainee.trained());
      trainee.dispose();
      return { before, result, weights };
    };
    const { before, result, weights } = await train();
    assert.ok(result.validationLoss < before.loss, `loss ${before.loss} → ${result.validationLoss}`);
    assert.equal(result.validationAccuracy, 1);
    assert.deepEqual((await train()).weights, weights);
    const plain = await plainRun(context);
    assert.notDeepEqual(digests(plain.trained), weights, "it makes a difference");
    assert.equal(tf.memory().numTensors, atStart);
  });
}

test("options that are off leave every weight as it is without them, bit for bit", async (context) => {
  const samples = await noisySamples(context);
  const parameters = await startParameters();
  const off = { loss: { ...balanced, class_weights: "none" }, mixing: { mixup: 0, cutmix: 0 } } as const;
  const trainee = traineeOf(parameters, samples, 1, off);
  context.after(() => trainee.dispose());
  await fit(trainee, options(1, { epochs: 1 }));
  assert.deepEqual(digests(trainee.trained()), digests((await plainRun(context, 1)).trained));
});

/** A small network of the same kind of units, so that a step from the pixels takes milliseconds. */
function smallNetwork(): { readonly small: Architecture; readonly parameters: Parameters } {
  const groups = architecture.groups.slice(0, 3);
  const small = { ...architecture, groups, features: 24 };
  return { small, parameters: randomParameters(small, CLASSES, 3) };
}

test("a surgical stage has the gradients of full training, for the first groups and the head only", async (context) => {
  const { small, parameters } = smallNetwork();
  const noise = randomStream(6, "test-noise");
  const pixels = Float32Array.from(
    { length: IMAGES * VIEWS * 16 * 16 * 3 },
    (_, i) => noise.uniform(i) - 0.5,
  );
  const data = dataOf(await samplesOf(context, [16, 16, 3], pixels));
  const common = {
    architecture: small,
    // A head of zeros would let no gradient through.
    parameters: overlay(parameters, randomHead(small.features)),
    from: 0,
    rateOf: () => ({ learningRate: 0.003, weightDecay: 0.01 }),
    dropout: 0.2,
    labelSmoothing: 0.05,
    seed: 1,
    stage: 1,
    pixelScale: input.pixelScale,
  };
  const full = suffixTrainee(common, data);
  const surgical = suffixTrainee({ ...common, to: 2 }, data);
  context.after(() => [full, surgical].map((trainee) => trainee.dispose()));
  const names = surgical.vector.layout.map(({ name }) => name);
  assert.deepEqual(names, trainableNames(small, 0, 2));
  assert.ok(names.includes("stem.0.conv.kernel") && names.includes("blocks.0.0.project.gamma"));
  assert.ok(!names.some((name) => name.startsWith("blocks.1")));
  const batch = Array.from({ length: 8 }, (_, i) => i);
  const [all, few] = [full, surgical].map((trainee) => trainee.gradients(batch, { epoch: 0, step: 0 }));
  assert.equal(few?.loss, all?.loss);
  const [ours, theirs] = [surgical.validate(), full.validate()];
  assert.equal(ours.loss, theirs.loss);
  assert.deepEqual(ours.correct, theirs.correct);
  assert.deepEqual(ours.calibratedLosses(), theirs.calibratedLosses());
  names.forEach((name, i) => {
    const same = all?.gradients[full.vector.layout.findIndex((entry) => entry.name === name)];
    assertClose([...(few?.gradients[i] ?? [])], [...(same ?? [])], 1e-5, name);
    assert.ok(
      same?.some((value) => value !== 0),
      `${name} has a gradient`,
    );
  });
});

function randomHead(features: number): Parameters {
  const stream = randomStream(9, "test-head");
  const kernel = Float32Array.from({ length: features * CLASSES }, (_, i) => stream.uniform(i) - 0.5);
  return overlay(
    zeroHead(features, CLASSES),
    new Map([[HEAD_KERNEL, { shape: [features, CLASSES], data: kernel }]]),
  );
}

test("a range test on the network leaves no trace and no tensor, and training after it is the same", async (context) => {
  const samples = await noisySamples(context);
  const parameters = await startParameters();
  const trainee = traineeOf(parameters, samples, 1);
  context.after(() => trainee.dispose());
  const tensors = tf.memory().numTensors;
  const found = await findRate(trainee, { ...options(1), clipNorm: 10, epoch: 3 });
  assert.ok(found.factor > 0 && found.factor <= 1);
  assert.equal(tf.memory().numTensors, tensors);
  await fit(trainee, options(1, { epochs: 1 }));
  assert.deepEqual(digests(trainee.trained()), digests((await plainRun(context, 1)).trained));
});

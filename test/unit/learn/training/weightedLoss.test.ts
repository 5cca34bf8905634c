/** Class weights and focal loss, with smoothed and mixed targets, against PyTorch and torchvision. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { scoped, type Tensor, tf } from "../../../../learn/engine.js";
import { HEAD_BIAS, HEAD_KERNEL } from "../../../../learn/network/head.js";
import { balancedWeights, lossWeights } from "../../../../learn/training/classWeights.js";
import {
  focalCrossEntropy,
  type LossWeights,
  smoothedTargets,
  trainingLoss,
} from "../../../../learn/training/step/loss.js";
import { mixTargets } from "../../../../learn/training/step/mixing.js";
import { compileStep, STEP_INPUTS } from "../../../../learn/training/step/program.js";
import { tunedUnit } from "../../../../learn/training/step/units.js";
import { assertClose, base, evaluateGraph, fixture } from "../support.js";

interface Case extends LossWeights {
  readonly smoothing: number;
  readonly share: number;
  readonly targets: number[];
  readonly logits: number[];
  readonly loss: number;
  readonly gradient: number[];
}

const recorded = fixture<{
  classes: number;
  labels: number[];
  partners: number[];
  cases: Case[];
  hardLabels: { logits: number[]; loss: number; weightOfLabels: number };
  binary: {
    labels: number[];
    classWeights: number[];
    gamma: number;
    z: number[];
    loss: number;
    gradient: number[];
  };
  step: LossWeights & {
    targets: number[];
    features: number[];
    kernel: number[];
    bias: number[];
    loss: number;
    dKernel: number[];
    dBias: number[];
  };
}>("training/weightedLoss.json");
const { classes, labels } = recorded;

function lossOfLogits(
  logits: readonly number[],
  targets: readonly number[],
  weights: LossWeights,
  k = classes,
) {
  const shape = [logits.length / k, k];
  return evaluateGraph({ logits: { values: logits, shape }, targets: { values: targets, shape } }, (graph) =>
    trainingLoss(graph, graph.input("logits"), graph.input("targets"), weights),
  );
}

function oneHot(hard: readonly number[], k: number): number[] {
  return hard.flatMap((label) => Array.from({ length: k }, (_, c) => (c === label ? 1 : 0)));
}

for (const given of recorded.cases) {
  const weighted = given.classWeights === undefined ? "" : ", class weights";
  test(`gamma ${given.gamma}${weighted}, smoothing ${given.smoothing}, share ${given.share} is PyTorch's`, () => {
    const smoothed = smoothedTargets(labels, classes, given.smoothing);
    const targets = mixTargets(smoothed, { share: given.share, partners: recorded.partners });
    assertClose(targets, given.targets, 1e-6, "targets");
    const actual = lossOfLogits(given.logits, [...targets], given);
    assertClose(actual.loss, [given.loss], 1e-6, "loss");
    assertClose(actual.dLogits, given.gradient, 1e-6, "gradient");
  });
}

test("for labels PyTorch divides by the weights of the labels instead of the number of images", () => {
  const { logits, loss, weightOfLabels } = recorded.hardLabels;
  const weights = recorded.cases[0] as Case;
  const actual = lossOfLogits(logits, oneHot(labels, classes), weights).loss[0] as number;
  assertClose([(actual * labels.length) / weightOfLabels], [loss], 1e-6, "loss");
});

test("with two classes it is torchvision's focal loss of a sigmoid", () => {
  const { z, gamma, classWeights, loss, gradient } = recorded.binary;
  const logits = z.flatMap((value) => [0, value]);
  const actual = lossOfLogits(logits, oneHot(recorded.binary.labels, 2), { gamma, classWeights }, 2);
  assertClose(actual.loss, [loss], 1e-6, "loss");
  assertClose(
    actual.dLogits.filter((_, i) => i % 2 === 1),
    gradient,
    1e-6,
    "gradient",
  );
});

test("certain logits give finite losses and gradients, also below gamma 1", () => {
  const logits = [200, -200, 0, -200, 200, 0];
  const shape = [2, 3];
  for (const gamma of [0, 0.5, 2]) {
    const actual = evaluateGraph(
      { logits: { values: logits, shape }, targets: { values: [1, 0, 0, 1, 0, 0], shape } },
      (graph) => focalCrossEntropy(graph, graph.input("logits"), graph.input("targets"), { gamma }),
    );
    assertClose(actual.loss, [200], 1e-5, `loss at ${gamma}`);
    assertClose(actual.dLogits, [0, 0, 0, -0.5, 0.5, 0], 1e-5, `gradient at ${gamma}`);
  }
});

test("balanced weights are scikit-learn's, and nought for a class without images", () => {
  // sklearn.utils.class_weight.compute_class_weight("balanced", classes=[0, 1, 3], y=[0, 0, 0, 1, 3, 3])
  assertClose(balancedWeights([0, 0, 0, 1, 3, 3], 4), [2 / 3, 2, 0, 1], 1e-12, "weights");
});

test("only training images count, and only if the run file asks for it", () => {
  const data = { train: [0, 1, 2], labels: [0, 0, 1, 1, 1], classes: 2 };
  const loss = { kind: "cross-entropy", gamma: 2, class_weights: "balanced" } as const;
  assert.deepEqual(lossWeights(loss, data), { gamma: 0, classWeights: [0.75, 1.5] });
  assert.deepEqual(lossWeights(undefined, data), { gamma: 0 });
  assert.deepEqual(lossWeights({ ...loss, kind: "focal", class_weights: "none" }, data), { gamma: 2 });
});

test("a step of head and features has PyTorch's gradients under both", () => {
  const { step } = recorded;
  const program = compileStep(
    {
      architecture: base.architecture,
      from: base.architecture.groups.length,
      recordShape: [5],
      layout: [HEAD_KERNEL, HEAD_BIAS].map((name) => ({ name, learningRate: 1, weightDecay: 0 })),
      loss: step,
    },
    tunedUnit,
  );
  const shapes: Readonly<Record<string, readonly [readonly number[], number[]]>> = {
    [STEP_INPUTS.x]: [step.features, [labels.length, 5]],
    [STEP_INPUTS.mask]: [step.features.map(() => 1), [labels.length, 5]],
    [STEP_INPUTS.targets]: [step.targets, [labels.length, classes]],
    [HEAD_KERNEL]: [step.kernel, [5, classes]],
    [HEAD_BIAS]: [step.bias, [classes]],
  };
  const given = (name: string): Tensor => {
    const [values, shape] = shapes[name] ?? [[], []];
    return tf.tensor([...values], shape, "float32");
  };
  scoped(() => {
    program.write("weights", new Map([HEAD_KERNEL, HEAD_BIAS].map((name) => [name, given(name)])));
    const { loss, gradients } = program.gradients(given);
    const [dKernel, dBias] = gradients.map((tensor) => tensor.dataSync());
    assertClose(loss.dataSync(), [step.loss], 1e-6, "loss");
    assertClose(dKernel ?? [], step.dKernel, 1e-5, "gradient of the kernel");
    assertClose(dBias ?? [], step.dBias, 1e-5, "gradient of the bias");
  });
  program.dispose();
});

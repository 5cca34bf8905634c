/** A network with made-up weights at made-up pixels: its features, and one training step from the stem up. */
import type { TestContext } from "node:test";
import type { Architecture } from "../../../learn/bases/architecture.js";
import { type Tensor4D, tf } from "../../../learn/engine.js";
import { compileEntries } from "../../../learn/graph/program.js";
import { HEAD_BIAS, HEAD_KERNEL } from "../../../learn/network/head.js";
import { freezeGroups, poolFeatures } from "../../../learn/network/network.js";
import { overlay, type Parameters } from "../../../learn/network/parameters.js";
import { suffixTrainee } from "../../../learn/training/step/suffix.js";
import { oneByOne } from "../../support/learning/oneByOne.js";
import { samplesOf } from "./support.js";
import { madeUpPixels } from "./torchSupport.js";
import { uniform } from "./uniform.js";

/** Pooled, of one image of `side` by `side` pixels. @param seen what the network sees of it */
export function madeUpFeatures(
  architecture: Architecture,
  parameters: Parameters,
  side: number,
  seen: (pixels: Tensor4D) => Tensor4D = (pixels) => pixels,
): ArrayLike<number> {
  const network = freezeGroups(architecture, parameters, 0, architecture.groups.length);
  try {
    return tf.tidy(() =>
      poolFeatures(network.run(seen(tf.tensor4d(madeUpPixels(1, side), [1, side, side, 3])))).dataSync(),
    );
  } finally {
    network.dispose();
  }
}

interface Step {
  /** Whether TensorFlow prepares the step as it does where somebody trains: its operations run one by one otherwise. */
  readonly isPrepared: boolean;
  readonly architecture: Architecture;
  readonly parameters: Parameters;
  readonly side: number;
  readonly classes: number;
  /** Of as many images. */
  readonly labels: readonly number[];
}

/** @returns the loss, and the gradients by their parameters' names */
export async function madeUpStep(
  context: TestContext,
  { isPrepared, architecture, parameters, side, classes, labels }: Step,
) {
  const head = Float32Array.from(uniform("head", architecture.features * classes), (u) =>
    Math.fround(0.2 * (Math.fround(u) - 0.5)),
  );
  const count = labels.length;
  const samples = await samplesOf(context, [side, side, 3], madeUpPixels(count, side));
  const images = labels.map((_, image) => image);
  const trainee = suffixTrainee(
    {
      architecture,
      parameters: overlay(
        parameters,
        new Map([
          [HEAD_KERNEL, { shape: [architecture.features, classes], data: head }],
          [HEAD_BIAS, { shape: [classes], data: new Float32Array(classes) }],
        ]),
      ),
      from: 0,
      rateOf: () => ({ learningRate: 1e-3, weightDecay: 0 }),
      dropout: 0,
      labelSmoothing: 0,
      seed: 1,
      stage: 1,
      // The samples are float32: nothing is scaled.
      pixelScale: { mean: 0, deviation: 1 },
    },
    {
      samples,
      rows: { rows: count, views: 1, firstRow: images },
      train: images,
      validation: [0],
      labels,
      classes,
    },
    isPrepared ? compileEntries : oneByOne,
  );
  context.after(() => trainee.dispose());
  const { loss, gradients } = trainee.gradients(images, { epoch: 0, step: 0 });
  return { loss, byName: new Map(trainee.vector.layout.map(({ name }, i) => [name, gradients[i]])) };
}

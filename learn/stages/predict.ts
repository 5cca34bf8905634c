/** Classifies image files with a trained model. */
import { renderView } from "../../data/views/views.js";
import type { BaseChoice } from "../../spec/base.js";
import { chosenBase } from "../bases/chosen.js";
import { type Tensor4D, tf } from "../engine.js";
import { conformalSet } from "../evaluation/conformal.js";
import { atTemperature } from "../evaluation/temperature.js";
import { featuresOf, frozenNetwork } from "../network/frozen.js";
import { denseLogits, HEAD_BIAS, HEAD_KERNEL } from "../network/head.js";
import { overlay, parameter } from "../network/parameters.js";
import { loadSound } from "../network/tryOut.js";
import { readSafetensors } from "../safetensors.js";
import { pixelTensor } from "../training/step/batch.js";
import { softmaxRows } from "../training/step/loss.js";

/** A canonical image, see `data/image/decode.ts`, and the path to report it by. */
export interface EncodedImage {
  readonly path: string;
  readonly encoded: Buffer;
}

/** Probability of each class, in the order of the model's classes. */
export interface ImagePrediction {
  readonly path: string;
  readonly probabilities: readonly number[];
  /** Classes that cannot be ruled out, see `conformal.ts`; absent without a quantile. */
  readonly set?: readonly number[];
}

/** What becomes of a model's logits. */
export interface PredictOptions {
  readonly temperature?: number;
  readonly conformalQuantile?: number;
  /** Means over the image and its mirror image, as in the evaluation's `mirrored`. */
  readonly mirrored?: boolean;
}

const BATCH = 32;

/**
 * @param images taken as they are needed, a batch at a time; every image gives one prediction, in order
 * @param onProgress called with the number of images done
 */
export async function predict(
  choice: BaseChoice,
  weights: string,
  { temperature = 1, conformalQuantile, mirrored = false }: PredictOptions,
  images: AsyncIterable<EncodedImage>,
  onProgress: (done: number) => void,
): Promise<ImagePrediction[]> {
  const base = chosenBase(choice);
  const parameters = overlay(await loadSound(base, choice), await readSafetensors(weights));
  const network = await frozenNetwork(base, parameters);
  const head = parameter(parameters, HEAD_KERNEL);
  const kernel = tf.tensor2d(head.data, head.shape as [number, number]);
  const bias = tf.tensor1d(parameter(parameters, HEAD_BIAS).data);
  const classes = bias.shape[0];
  const predictions: ImagePrediction[] = [];
  const probabilitiesOf = (x: Tensor4D): Float32Array => {
    const logits = denseLogits(featuresOf(network.run(x)), kernel, bias).dataSync() as Float32Array;
    return softmaxRows(atTemperature(logits, temperature), classes);
  };
  const classify = async (batch: readonly EncodedImage[]): Promise<void> => {
    const pixels = await Promise.all(batch.map(({ encoded }) => renderView(encoded, base.input)));
    const shape = [batch.length, base.input.size, base.input.size, 3];
    const probabilities = tf.tidy(() => {
      const x = pixelTensor(Buffer.concat(pixels), shape, base.input.pixelScale);
      const plain = probabilitiesOf(x);
      if (!mirrored) return plain;
      const other = probabilitiesOf(tf.reverse4d(x, [2]));
      return plain.map((probability, i) => (probability + (other[i] ?? 0)) / 2);
    });
    batch.forEach(({ path }, row) => {
      const own = probabilities.subarray(row * classes, (row + 1) * classes);
      predictions.push({
        path,
        probabilities: Array.from(own),
        ...(conformalQuantile === undefined ? {} : { set: conformalSet(own, conformalQuantile) }),
      });
    });
    onProgress(predictions.length);
  };
  try {
    let batch: EncodedImage[] = [];
    for await (const image of images) {
      batch.push(image);
      if (batch.length < BATCH) continue;
      await classify(batch);
      batch = [];
    }
    if (batch.length > 0) await classify(batch);
    return predictions;
  } finally {
    network.dispose();
    tf.dispose([kernel, bias]);
  }
}

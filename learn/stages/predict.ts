/** Classifies image files with a trained model. */
import { renderView } from "../../data/views/views.js";
import type { BaseChoice } from "../../spec/base.js";
import type { Familiarity } from "../../spec/engine/job.js";
import { ThawError } from "../../spec/errors.js";
import type { ModelGolden } from "../../spec/golden.js";
import { chosenBase } from "../bases/chosen.js";
import { computingDevice, scoped, type Tensor4D, tf } from "../engine.js";
import { conformalSet } from "../evaluation/conformal.js";
import { type Familiar, familiarity, markedBelow } from "../evaluation/familiarity.js";
import { atTemperature } from "../evaluation/temperature.js";
import { featuresOf, frozenNetwork } from "../network/frozen.js";
import { modelGoldenOf, requireModel } from "../network/golden.js";
import { denseLogits, HEAD_BIAS, HEAD_KERNEL } from "../network/head.js";
import { overlay, parameter } from "../network/parameters.js";
import { drawnPicture, loadSound } from "../network/tryOut.js";
import { readSafetensors } from "../safetensors.js";
import { softmaxRows } from "../training/step/loss.js";
import { pixelTensor } from "../training/step/pixels.js";
import { readFamiliar } from "./familiar.js";

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
  /** Absent without what the evaluation kept of its images, or where that is too few to mark any. */
  readonly familiarity?: Familiarity;
  /** The model's pooled features of the plain image; absent where they were not asked for. */
  readonly features?: Float32Array;
}

/** What becomes of a model's logits. */
export interface PredictOptions {
  readonly temperature?: number;
  readonly conformalQuantile?: number;
  /** Means over the image and its mirror image, as in the evaluation's `mirrored`. */
  readonly mirrored?: boolean;
  /** Names, as many as the head has outputs. */
  readonly classes: readonly string[];
  /** What thaw's own picture has to give; absent in older models. */
  readonly golden?: ModelGolden;
  /** Whether features are wanted, too. */
  readonly keepFeatures?: boolean;
  /** File that `writeFamiliar` has written. */
  readonly familiar?: string;
}

const BATCH = 32;

/**
 * @param images taken as they are needed, a batch at a time; every image gives one prediction, in order
 * @param onProgress called with the number of images done
 * @throws ThawError ARTIFACT_CORRUPT (classes), NUMBERS_DIFFER, and what loading the base throws
 */
export async function predict(
  choice: BaseChoice,
  weights: string,
  options: PredictOptions,
  images: AsyncIterable<EncodedImage>,
  onProgress: (done: number) => void,
): Promise<ImagePrediction[]> {
  const { temperature = 1, conformalQuantile, mirrored = false, classes: names, golden } = options;
  const base = chosenBase(choice);
  const parameters = overlay(await loadSound(base, choice), await readSafetensors(weights));
  const known =
    options.familiar === undefined
      ? undefined
      : await readFamiliar(options.familiar, base.architecture.features);
  const below = known && markedBelow(known.images);
  const network = await frozenNetwork(base, parameters);
  const head = parameter(parameters, HEAD_KERNEL);
  const kernel = tf.tensor2d(head.data, head.shape as [number, number]);
  const bias = tf.tensor1d(parameter(parameters, HEAD_BIAS).data);
  const classes = bias.shape[0];
  const predictions: ImagePrediction[] = [];
  const outputsOf = (x: Tensor4D) => {
    const features = featuresOf(network.run(x));
    const logits = denseLogits(features, kernel, bias).dataSync() as Float32Array;
    return { features, probabilities: softmaxRows(atTemperature(logits, temperature), classes) };
  };
  const requireGolden = (known: ModelGolden): void => {
    const { size, pixelScale } = base.input;
    const own = scoped(() => {
      const x = pixelTensor(drawnPicture(size), [1, size, size, 3], pixelScale);
      const { features, probabilities } = outputsOf(x);
      return modelGoldenOf(features.dataSync() as Float32Array, probabilities, computingDevice());
    });
    requireModel(known, own, names);
  };
  const classify = async (batch: readonly EncodedImage[]): Promise<void> => {
    const pixels = await Promise.all(batch.map(({ encoded }) => renderView(encoded, base.input)));
    const shape = [batch.length, base.input.size, base.input.size, 3];
    let features = new Float32Array();
    const probabilities = tf.tidy(() => {
      const x = pixelTensor(Buffer.concat(pixels), shape, base.input.pixelScale);
      const plain = outputsOf(x);
      if (options.keepFeatures === true || below !== undefined)
        features = plain.features.dataSync().slice() as Float32Array<ArrayBuffer>;
      if (!mirrored) return plain.probabilities;
      const other = outputsOf(tf.reverse4d(x, [2])).probabilities;
      return plain.probabilities.map((probability, i) => (probability + (other[i] ?? 0)) / 2);
    });
    const width = features.length / batch.length;
    batch.forEach(({ path }, row) => {
      const own = probabilities.subarray(row * classes, (row + 1) * classes);
      const pooled = features.subarray(row * width, (row + 1) * width);
      predictions.push({
        path,
        probabilities: Array.from(own),
        ...(conformalQuantile === undefined ? {} : { set: conformalSet(own, conformalQuantile) }),
        ...(known === undefined || below === undefined
          ? {}
          : { familiarity: familiarityIn(known, pooled, below) }),
        ...(options.keepFeatures === true ? { features: pooled } : {}),
      });
    });
    onProgress(predictions.length);
  };
  try {
    if (classes !== names.length) throw otherWidth(names.length, classes);
    if (golden !== undefined) requireGolden(golden);
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

function familiarityIn(known: Familiar, features: Float32Array, below: number): Familiarity {
  const pValue = familiarity(known, features);
  return { pValue, unlike: pValue <= below };
}

function otherWidth(classes: number, outputs: number): ThawError {
  return new ThawError("ARTIFACT_CORRUPT", `the model has ${classes} classes, its weights have ${outputs}`);
}

/** What the layers of a Keras model that scale pixels say of how thaw has to scale them, which leaves those layers out. */
import type { PixelScale } from "../../spec/base.js";
import { PIXEL_SCALES } from "../../spec/pixelScales.js";
import type { Normalization, PixelLayers } from "../import/keras/pixels.js";

/** What a file says of its pixels, where it says something. */
export interface FilePixels {
  /** What they are scaled by. */
  readonly scale?: PixelScale;
  /** Why that cannot be told, as the end of a sentence about the file. */
  readonly unclear?: string;
  /** What the user should know of it, as a sentence. */
  readonly notice?: string;
}

const BYTE = 255;

/** What `EfficientNetB0(weights="imagenet")` has in its `Normalization`: its variances are ImageNet's deviations. */
const IMAGENET: Normalization = { mean: [0.485, 0.456, 0.406], variance: [0.229, 0.224, 0.225] };

/** Files have float32. */
const SAME = 1e-4;

const areSame = (some: readonly number[], others: readonly number[]): boolean =>
  some.every((value, i) => Math.abs(value - (others[i] ?? Number.NaN)) < SAME);

/**
 * EfficientNet of `keras.applications` takes pixels in 0…255: a `Rescaling` brings them to 0…1, a `Normalization` takes
 * off a mean and divides by the root of a variance; and with ImageNet's weights a second `Rescaling` divides by the root
 * again, because the published variances are deviations (TensorFlow's issue 49930). Versions before that had one only.
 */
export function efficientNetPixels({ normalizations, rescalings, elsewhere }: PixelLayers): FilePixels {
  const [one, ...more] = normalizations;
  const isAlone = more.length === 0 && elsewhere.normalizations === 0 && elsewhere.rescalings === 0;
  if (normalizations.length === 0) return otherPixels({ normalizations, rescalings, elsewhere });
  if (!isAlone || rescalings > 2)
    return { unclear: "has layers of its own that scale pixels before EfficientNet's" };
  if (one === undefined || !isSound(one)) {
    return { unclear: "has a Normalization whose numbers are no mean and variance of three channels" };
  }
  if (areSame(one.mean, IMAGENET.mean) && areSame(one.variance, IMAGENET.variance)) {
    const scale = PIXEL_SCALES.imagenet;
    return rescalings === 2 ? { scale } : { scale, notice: OLDER_KERAS };
  }
  if (rescalings === 2) {
    return {
      unclear:
        "has a second Rescaling after a Normalization with numbers of its own, and does not say by what",
    };
  }
  const [mean, deviation] = [one.mean.map((m) => m * BYTE), one.variance.map((v) => Math.sqrt(v) * BYTE)];
  return { scale: { mean: threeOf(mean), deviation: threeOf(deviation) } };
}

const OLDER_KERAS =
  "Its pixels are scaled as today's keras.applications scales them for ImageNet's weights. Older versions of Keras 2 " +
  "divided by the roots of the deviations, and the file does not say which one it is of: for a network that was tuned " +
  "there, say `--mean .485,.456,.406 --std .4785,.4733,.4743`";

/** Networks whose pixels `preprocess_input` scales, outside of the model. */
export function otherPixels({ normalizations, rescalings, elsewhere }: PixelLayers): FilePixels {
  if (normalizations.length + elsewhere.normalizations > 0) {
    return { unclear: "has a Normalization, which keras.applications' network has not" };
  }
  if (rescalings + elsewhere.rescalings === 0) return {};
  return {
    notice:
      "The file has a Rescaling layer and does not say what it does: pixels are scaled as keras.applications scales them, " +
      "and `--scale`, or `--mean` and `--std`, say otherwise",
  };
}

const isSound = ({ mean, variance }: Normalization): boolean =>
  mean.every(Number.isFinite) && variance.every((value) => Number.isFinite(value) && value > 0);

function threeOf([red = Number.NaN, green = Number.NaN, blue = Number.NaN]: readonly number[]) {
  return red === green && green === blue ? red : ([red, green, blue] as const);
}

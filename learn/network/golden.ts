/**
 * The golden vector: a built-in picture's features, summed up, and a model's probabilities of it. Other weights, another
 * pixel scale or a broken build of TensorFlow give other numbers; another order of summation does not.
 */
import { randomStream } from "../../rng/stream.js";
import { ThawError } from "../../spec/errors.js";
import type { Golden, GoldenDevice, ModelGolden } from "../../spec/golden.js";

/** Raised when the picture or the sums change: golden vectors of another number are not compared. */
const PICTURE = 1;
const SUMS = 16;

/** How far two machines may be apart: features by their root mean square, and each probability. */
interface Tolerance {
  readonly features: number;
  readonly probability: number;
}
/**
 * Both on processors. Measured on EfficientNet-Lite0 to 2 at 64 pixels and at their own sizes: one thread against two gives
 * the same bits, oneDNN against Eigen differs by at most 6e-6; a pixel mean that is wrong by 1 of 255 differs by 0.005 and
 * more, weights of the last layers that are wrong by a twentieth by 0.5.
 */
const PROCESSORS: Tolerance = { features: 0.002, probability: 0.01 };
/**
 * Where a graphics processor had a part, which rounds factors to the ten bits of TensorFloat-32: rounding the kernels so
 * differs by 0.007 to 0.02, the activations by as much again. It was not measured on one.
 */
const GRAPHICS: Tolerance = { features: 0.1, probability: 0.3 };

const toleranceOf = (known: Golden, own: Golden): Tolerance =>
  known.device === "cpu" && own.device === "cpu" ? PROCESSORS : GRAPHICS;

/** Digits that are kept: more than the tolerance can tell, and fewer than the JSON of a double. */
const DIGITS = 6;

const rounded = (value: number): number => Number(value.toPrecision(DIGITS));

/** @param features of the built-in picture */
export function goldenOf(features: Float32Array, device: GoldenDevice): Golden {
  const root = Math.sqrt(features.length);
  const sums = new Float64Array(SUMS);
  const signs = randomStream(0, "golden");
  let squares = 0;
  features.forEach((value, feature) => {
    squares += value * value;
    for (let sum = 0; sum < SUMS; sum++) {
      const isPositive = signs.uniform(feature * SUMS + sum) < 0.5;
      sums[sum] = (sums[sum] as number) + (isPositive ? value : -value);
    }
  });
  return {
    picture: PICTURE,
    device,
    scale: rounded(Math.sqrt(squares) / root),
    features: Array.from(sums, (sum) => rounded(sum / root)),
  };
}

/** @param probabilities of the built-in picture, in the order of the classes */
export function modelGoldenOf(
  features: Float32Array,
  probabilities: Float32Array,
  device: GoldenDevice,
): ModelGolden {
  return { ...goldenOf(features, device), probabilities: Array.from(probabilities, rounded) };
}

/** The largest difference of two golden vectors' features, of the size of the features. */
export function featureDifference(known: Golden, own: Golden): number {
  const apart = known.features.map((sum, i) => Math.abs(sum - (own.features[i] ?? Number.NaN)));
  const scale = Math.max(known.scale, Number.MIN_VALUE);
  // A number that is none makes the largest one none, which no tolerance takes.
  return Math.max(Math.abs(known.scale - own.scale), ...apart) / scale;
}

/**
 * @param what the base or the model, for the message
 * @param when the known vector was taken: `it was added`
 * @throws ThawError NUMBERS_DIFFER
 */
export function requireFeatures(known: Golden, own: Golden, what: string, when: string): void {
  if (known.picture !== own.picture) return;
  const apart = featureDifference(known, own);
  const { features: tolerance } = toleranceOf(known, own);
  if (apart <= tolerance) return;
  throw differs(
    `${what} gives other features of thaw's own picture than when ${when}: they differ by ${percent(apart)} of their size, and ${percent(tolerance)} is what machines differ by`,
  );
}

/**
 * @param classes of the model, in the order of its record
 * @throws ThawError NUMBERS_DIFFER, for the features, or for the first class whose probability differs
 */
export function requireModel(known: ModelGolden, own: ModelGolden, classes: readonly string[]): void {
  if (known.picture !== own.picture) return;
  requireFeatures(known, own, "the model", "it was evaluated");
  const apart = known.probabilities.map((probability, i) =>
    Math.abs(probability - (own.probabilities[i] ?? Number.NaN)),
  );
  const { probability: tolerance } = toleranceOf(known, own);
  const wrong = apart.findIndex((one) => !(one <= tolerance));
  if (wrong < 0) return;
  const [then, now] = [known.probabilities[wrong] ?? 0, own.probabilities[wrong] ?? Number.NaN];
  throw differs(
    `the model gives other probabilities of thaw's own picture than when it was evaluated: ${classes[wrong] ?? `class ${wrong + 1}`} has ${now.toFixed(3)} instead of ${then.toFixed(3)}`,
  );
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;

function differs(sentence: string): ThawError {
  return new ThawError("NUMBERS_DIFFER", sentence, {
    hint: "the weights, the pixel scale or the temperature are not those it was made with, or TensorFlow computes wrongly on this machine: compare with another machine",
  });
}

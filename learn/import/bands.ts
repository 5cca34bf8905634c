/** Networks whose first kernel takes another number of channels than three, as one that takes red, green and blue. */
import type { ThawError } from "../../spec/errors.js";
import type { CheckpointTensor } from "./tensorViews.js";

export const COLOURS = 3;
/** Those of satellites with the most have some two hundred. */
export const MOST_BANDS = 512;

/**
 * @param wanted `[out, 3, h, w]` of the architecture
 * @returns how many channels `found` takes, where it is the same but for these
 */
export function bandsOf(wanted: readonly number[], found: readonly number[]): number | undefined {
  const [outputs, inputs, height, width] = wanted;
  if (wanted.length !== 4 || found.length !== 4 || inputs !== COLOURS) return undefined;
  const [, bands = 0] = found;
  const isSame = found[0] === outputs && found[2] === height && found[3] === width;
  return isSame && bands >= 1 && bands <= MOST_BANDS ? bands : undefined;
}

/**
 * Which of a network's channels pictures are shown to.
 * @param count how many it has
 * @param asked their numbers from 1 on: those of red, green and blue, or a single one that is grey
 * @param usage makes the error for what was asked
 * @returns undefined where it takes red, green and blue; `[1]` of a network of grey pictures
 */
export function shownBands(
  count: number,
  asked: readonly number[] | undefined,
  usage: (what: string, hint: string) => ThawError,
): readonly number[] | undefined {
  if (count === COLOURS || count === 1) {
    if (asked === undefined) return count === 1 ? [1] : undefined;
    const takes = count === 1 ? "of one channel, which is grey" : "in red, green and blue";
    throw usage(`it takes pictures ${takes}`, "leave --bands out");
  }
  if (asked === undefined) {
    throw usage(
      `it takes pictures of ${count} channels, and thaw's have three: red, green and blue`,
      `say which of its channels 1 to ${count} these are, for example \`--bands ${count > COLOURS ? "3,2,1" : "1"}\` (one number: that one is grey); it then sees nought in the others, always`,
    );
  }
  const isThere = asked.every((band) => Number.isInteger(band) && band >= 1 && band <= count);
  if ((asked.length === COLOURS || asked.length === 1) && new Set(asked).size === asked.length && isThere)
    return asked;
  throw usage(
    `--bands ${asked.join(",")} cannot be: it takes pictures of ${count} channels`,
    `give three numbers of 1 to ${count}, each another, or one`,
  );
}

/**
 * What of the kernel red, green and blue are for: those channels' parts, or of one channel a third for each, which gives of
 * grey pictures what the network gives of that channel, and of coloured ones what it gives of their mean. What is left out
 * is as if its channels were nought.
 * @param kernel `[out, channels, h, w]` @param bands from 1 on @returns `[out, 3, h, w]`
 */
export function forColours({ shape, data }: CheckpointTensor, bands: readonly number[]): CheckpointTensor {
  const [outputs = 0, inputs = 0, height = 0, width = 0] = shape;
  const taps = height * width;
  const made = new Float32Array(outputs * COLOURS * taps);
  for (let i = 0; i < made.length; i++) {
    const [output, colour, tap] = [
      Math.floor(i / (taps * COLOURS)),
      Math.floor(i / taps) % COLOURS,
      i % taps,
    ];
    const band = (bands[bands.length === 1 ? 0 : colour] ?? Number.NaN) - 1;
    made[i] =
      (data[(output * inputs + band) * taps + tap] ?? Number.NaN) / (bands.length === 1 ? COLOURS : 1);
  }
  return { shape: [outputs, COLOURS, height, width], data: made };
}

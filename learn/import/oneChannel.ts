/** Networks of pictures in grey: their first kernel, which takes one channel, as one that takes three. */
import type { CheckpointTensor } from "./tensorViews.js";

const COLOURS = 3;

/** @param wanted `[out, 3, h, w]` of the architecture @returns whether `found` is the same with one channel */
export function isOneChannel(wanted: readonly number[], found: readonly number[]): boolean {
  const [outputs, inputs, height, width] = wanted;
  if (wanted.length !== 4 || found.length !== 4 || inputs !== COLOURS) return false;
  return found[0] === outputs && found[1] === 1 && found[2] === height && found[3] === width;
}

/**
 * A third of the kernel for each of red, green and blue: of grey pictures, whose channels are equal, that gives what the
 * network gives of one channel; of coloured ones what it gives of the channels' mean.
 * @param kernel `[out, 1, h, w]` @returns `[out, 3, h, w]`
 */
export function threeChannels({ shape, data }: CheckpointTensor): CheckpointTensor {
  const [outputs = 0, , height = 0, width = 0] = shape;
  const taps = height * width;
  const wide = new Float32Array(data.length * COLOURS);
  for (let i = 0; i < wide.length; i++) {
    const output = Math.floor(i / (taps * COLOURS));
    wide[i] = (data[output * taps + (i % taps)] ?? Number.NaN) / COLOURS;
  }
  return { shape: [outputs, COLOURS, height, width], data: wide };
}

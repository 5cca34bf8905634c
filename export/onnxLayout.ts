/** From TensorFlow's conventions to ONNX': kernels with their channels first, explicit padding. */
import type { ConvUnit } from "../learn/bases/architecture.js";
import type { Parameter } from "../learn/network/parameters.js";

/**
 * `[height, width, in, out]` → `[out, in, height, width]`, with groups `in` is that of one. A depthwise kernel `[height, width, channels, 1]`
 * becomes `[channels, 1, height, width]`, that of a convolution with a group for each channel.
 */
export function channelsFirst({ shape, data }: Parameter, kind: ConvUnit["kind"]): Parameter {
  const [height = 0, width = 0, third = 0, fourth = 0] = shape;
  const [inputs, outputs] = kind === "depthwise" ? [1, third] : [third, fourth];
  const pixels = height * width;
  const moved = new Float32Array(data.length);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let input = 0; input < inputs; input++) {
      for (let output = 0; output < outputs; output++) {
        const value = data[(pixel * inputs + input) * outputs + output] as number;
        moved[(output * inputs + input) * pixels + pixel] = value;
      }
    }
  }
  return { shape: [outputs, inputs, height, width], data: moved };
}

/**
 * TensorFlow's "SAME" padding of a square input: what the last window lacks, half of it on each side, an odd
 * pixel at the end.
 * @param kernel rows and columns
 * @returns `[top, left, bottom, right]`
 */
export function samePadding(
  side: number,
  kernel: readonly [number, number],
  stride: number,
): readonly number[] {
  const missing = kernel.map((extent) =>
    Math.max(0, (Math.ceil(side / stride) - 1) * stride + extent - side),
  );
  const begin = missing.map((pixels) => Math.floor(pixels / 2));
  return [...begin, ...missing.map((pixels, axis) => pixels - (begin[axis] as number))];
}

/** Rounding to bfloat16 against PyTorch's, and kernels whose errors are balanced. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBfloat16, toBalancedBfloat16, toBfloat16 } from "../../../learn/bfloat16.js";
import { randomStream } from "../../../rng/stream.js";
import { fixture } from "./support.js";

const { values, rounded } = fixture<{ values: number[]; rounded: number[] }>("networks/bfloat16.json");
const isNaN16 = (half: number): boolean => (half & 0x7fff) > 0x7f80;

test("every kind of number is rounded as PyTorch rounds it, and a NaN stays one", () => {
  const floats = new Float32Array(Uint32Array.from(values).buffer);
  const halves = toBfloat16(floats);
  assert.ok(values.length > 200 && floats.some(Number.isNaN));
  values.forEach((bits, i) => {
    const [own, theirs] = [halves[i] as number, rounded[i] as number];
    // Which NaN it is differs from program to program.
    if (Number.isNaN(floats[i])) assert.ok(isNaN16(own) && isNaN16(theirs), bits.toString(16));
    else assert.equal(own.toString(16), theirs.toString(16), bits.toString(16));
  });
});

test("a part of a larger array is rounded, not its beginning", () => {
  const whole = Float32Array.of(1, 2, 3, 4);
  assert.deepEqual(fromBfloat16(toBfloat16(whole.subarray(2))), Float32Array.of(3, 4));
});

test("what is rounded already stays as it is, bit for bit", () => {
  const every = Uint16Array.from({ length: 65536 }, (_, half) => half).filter((half) => !isNaN16(half));
  assert.deepEqual(toBfloat16(fromBfloat16(every)), every);
});

test("balanced kernels: each number is one of its two neighbours, and each channel's sum is nearer", () => {
  const [size, channels] = [9, 32];
  const stream = randomStream(1, "kernel");
  const kernel = Float32Array.from({ length: size * channels }, (_, i) => stream.uniform(i) * 2 - 0.7);
  const balanced = fromBfloat16(toBalancedBfloat16(kernel, channels));
  const nearest = fromBfloat16(toBfloat16(kernel));
  const errorOf = (of: Float32Array, channel: number): number =>
    Math.abs(
      of.reduce((sum, value, i) => (i % channels === channel ? sum + value - (kernel[i] ?? 0) : sum), 0),
    );
  kernel.forEach((value, i) => {
    // Seven bits of fraction: neighbours are at most 2^-7 of the number apart.
    assert.ok(Math.abs((balanced[i] ?? 0) - value) <= Math.abs(value) * 2 ** -7, `${i}`);
  });
  const sums = (of: Float32Array) => Array.from({ length: channels }, (_, channel) => errorOf(of, channel));
  for (const [channel, error] of sums(balanced).entries()) assert.ok(error <= errorOf(nearest, channel));
  const total = (of: Float32Array): number => sums(of).reduce((a, b) => a + b, 0);
  assert.ok(total(balanced) < total(nearest) / 4);
});

test("kernels of noughts and of exact numbers are not turned", () => {
  const kernel = Float32Array.of(0, -0, 0.5, 1, -3, 0.25);
  assert.deepEqual(fromBfloat16(toBalancedBfloat16(kernel, 2)), kernel);
});

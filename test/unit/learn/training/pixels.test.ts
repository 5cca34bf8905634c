/** Bytes scaled in TensorFlow's graph and on the host: the same bits, and those of double precision. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { tf } from "../../../../learn/engine.js";
import { pixelTensor } from "../../../../learn/training/step/pixels.js";
import type { PixelScale } from "../../../../spec/base.js";

/** Every byte in every channel, in 16 × 16 pixels. */
const every = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));
const SCALES: readonly PixelScale[] = [
  { mean: 127, deviation: 128 },
  { mean: 0, deviation: 1 },
  { mean: [10, 20, 30], deviation: [1, 2, 4] },
  { mean: 127.5, deviation: 127.5 },
  { mean: 0, deviation: 255 },
  { mean: [123.675, 116.28, 103.53], deviation: [58.395, 57.12, 57.375] },
];

function expected(pixels: Uint8Array, { mean, deviation }: PixelScale): number[] {
  const of = (values: PixelScale["mean"], i: number): number =>
    typeof values === "number" ? values : (values[i % 3] as number);
  return Array.from(pixels, (x, i) => Math.fround((x - of(mean, i)) / of(deviation, i)));
}

for (const scale of SCALES) {
  test(`every byte is scaled to the bit by ${JSON.stringify(scale)}`, () => {
    const x = pixelTensor(every, [1, 16, 16, 3], scale);
    assert.deepEqual(x.shape, [1, 16, 16, 3]);
    assert.equal(x.dtype, "float32");
    assert.deepEqual(Array.from(x.dataSync()), expected(every, scale));
    x.dispose();
  });
}

test("pixels may begin anywhere in memory, and be no whole number of words", () => {
  const scale = { mean: 127, deviation: 128 };
  for (const [first, width] of [
    [1, 4],
    [2, 8],
    [0, 5],
    [3, 7],
  ] as const) {
    const pixels = Buffer.from(every.buffer).subarray(first * 3 + first, first * 3 + first + width * 3);
    const x = pixelTensor(pixels, [1, 1, width, 3], scale);
    assert.deepEqual(Array.from(x.dataSync()), expected(pixels, scale));
    x.dispose();
  }
});

test("what is given stays as it was, and nothing else is left in memory", () => {
  const scale = { mean: 127, deviation: 128 };
  const pixels = Uint8Array.from(every);
  const before = tf.memory().numTensors;
  const x = pixelTensor(pixels, [1, 16, 16, 3], scale);
  pixels.fill(0);
  assert.equal(tf.memory().numTensors, before + 1);
  assert.deepEqual(Array.from(x.dataSync()), expected(every, scale));
  x.dispose();
  assert.equal(tf.memory().numTensors, before);
});

test("bytes that are not of the shape are refused", () => {
  assert.throws(() => pixelTensor(every, [1, 16, 15, 3], { mean: 127, deviation: 128 }), /768 bytes are not/);
});

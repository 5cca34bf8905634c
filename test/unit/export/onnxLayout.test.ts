/** TensorFlow's kernels and padding in ONNX' terms. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { channelsFirst, samePadding } from "../../../export/onnxLayout.js";

describe("samePadding", () => {
  /** 13, 6, 5 is the example of TensorFlow's documentation of "SAME"; the first three occur in the base. */
  const cases = [
    { side: 224, kernel: 3, stride: 2, begin: 0, end: 1 },
    { side: 112, kernel: 3, stride: 1, begin: 1, end: 1 },
    { side: 56, kernel: 5, stride: 2, begin: 1, end: 2 },
    { side: 15, kernel: 5, stride: 2, begin: 2, end: 2 },
    { side: 13, kernel: 6, stride: 5, begin: 1, end: 2 },
    { side: 7, kernel: 1, stride: 1, begin: 0, end: 0 },
    { side: 8, kernel: 1, stride: 2, begin: 0, end: 0 },
  ];
  for (const { side, kernel, stride, begin, end } of cases) {
    it(`of ${kernel} × ${kernel} with stride ${stride} on ${side} pixels is ${begin} and ${end}`, () => {
      assert.deepEqual(samePadding(side, [kernel, kernel], stride), [begin, begin, end, end]);
    });
  }
});

it("samePadding of 1 × 7 pads columns only", () => {
  assert.deepEqual(samePadding(17, [1, 7], 1), [0, 3, 0, 3]);
});

describe("channelsFirst", () => {
  const numbered = (shape: readonly number[]) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, index) => index),
  });

  it("moves the channels of a full kernel to the front", () => {
    const kernel = channelsFirst(numbered([2, 3, 4, 5]), "full");
    assert.deepEqual(kernel.shape, [5, 4, 2, 3]);
    for (const [h, w, input, output] of [
      [0, 0, 0, 0],
      [1, 2, 3, 4],
      [0, 1, 2, 3],
    ] as const) {
      assert.equal(
        kernel.data[((output * 4 + input) * 2 + h) * 3 + w],
        ((h * 3 + w) * 4 + input) * 5 + output,
      );
    }
    assert.equal(new Set(kernel.data).size, kernel.data.length);
  });

  it("keeps the groups of a grouped kernel in its outputs", () => {
    const kernel = channelsFirst(numbered([1, 1, 2, 4]), "grouped");
    assert.deepEqual(kernel.shape, [4, 2, 1, 1]);
    assert.deepEqual([...kernel.data], [0, 4, 1, 5, 2, 6, 3, 7]);
  });

  it("gives a depthwise kernel a group for each channel", () => {
    const kernel = channelsFirst(numbered([2, 2, 3, 1]), "depthwise");
    assert.deepEqual(kernel.shape, [3, 1, 2, 2]);
    assert.deepEqual([...kernel.data], [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
  });
});

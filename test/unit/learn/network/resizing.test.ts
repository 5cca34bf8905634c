/** Images made larger or smaller, beside onnxruntime. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Resizing, resizeMatrix } from "../../../../learn/network/resizing.js";
import { assertClose, fixture } from "../support.js";

const { resized } = fixture<{
  readonly resized: readonly (Resizing & { readonly column: readonly number[] })[];
}>("files/onnxWays.json");

for (const { column, ...resizing } of resized) {
  const { from, to, mode, coordinates, rounding = "" } = resizing;
  test(`${mode} ${coordinates} ${rounding}: ${from} pixels become ${to} as in onnxruntime`, () => {
    const matrix = resizeMatrix(resizing);
    assert.equal(matrix.length, to * from);
    // Of powers of two, which tell of the nearest which one it is.
    const own = column.map((_, pixel) =>
      Array.from({ length: from }, (_, i) => (matrix[pixel * from + i] ?? 0) * 2 ** i).reduce(
        (a, b) => a + b,
      ),
    );
    assertClose(own, column, 1e-6, "column");
  });
}

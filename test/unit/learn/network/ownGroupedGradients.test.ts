/** Gradients of grouped convolutions are PyTorch's to the bit, of whole numbers, in both ways and for groups of every width. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { computesGroupedGradients } from "../../../../learn/network/ownGroupedGradients.js";
import { gradientsBy, nameOf, RECORDED, WAYS } from "./recordedGrouped.js";

/** TensorFlow refuses its own way where oneDNN is not. */
const tried = (["taken", "turned", "own"] as const).filter(
  (way) => way !== "own" || computesGroupedGradients(),
);

for (const way of tried) {
  test(`gradients of grouped convolutions are PyTorch's: ${way}`, () => {
    assert.ok(RECORDED.length > 60);
    for (const recorded of RECORDED) {
      const { dKernel, dx } = recorded;
      assert.deepEqual(gradientsBy(WAYS[way], recorded), { dKernel, dx }, nameOf(recorded));
    }
  });
}

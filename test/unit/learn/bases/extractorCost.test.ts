/** Cost of a layers model by its layers, or nothing where one is not known. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type LayersModel, tf } from "../../../../learn/engine.js";
import { extractorCost } from "../../../../learn/extractor/cost.js";
import { outputOf } from "../../../../learn/extractor/cut.js";

const costOf = (model: LayersModel, layer: string, size: number) =>
  extractorCost(model, outputOf(model, layer, "model.json"), size);

test("a layer that thaw does not know leaves the cost unknown", () => {
  const model = tf.sequential({
    layers: [
      tf.layers.reshape({ inputShape: [6, 6, 3], targetShape: [36, 3], name: "cost_rows" }),
      tf.layers.conv1d({ filters: 4, kernelSize: 3, padding: "same", name: "cost_conv1d" }),
      tf.layers.reshape({ targetShape: [6, 6, 4], name: "cost_image" }),
      tf.layers.flatten({ name: "cost_flat" }),
    ],
  });
  assert.equal(costOf(model, "cost_flat", 6), undefined);
  model.dispose();
});

test("a network within a network is counted, whatever size it leaves open", () => {
  const inner = tf.sequential({
    name: "cost_within",
    layers: [tf.layers.conv2d({ inputShape: [null, null, 3], filters: 2, kernelSize: 3, name: "cost_conv" })],
  });
  const outer = tf.sequential({
    layers: [
      tf.layers.zeroPadding2d({ inputShape: [null, null, 3], name: "cost_around" }),
      inner,
      tf.layers.separableConv2d({
        filters: 5,
        kernelSize: 3,
        strides: 2,
        padding: "same",
        name: "cost_apart",
      }),
      tf.layers.globalAveragePooling2d({ name: "cost_pooled", dataFormat: "channelsLast" }),
    ],
  });
  const [weights, separable] = [27 * 2 + 2, 9 * 2 + 2 * 5 + 5];
  assert.deepEqual(costOf(outer, "cost_pooled", 10), {
    multiplyAdds: 27 * 2 * 100 + (9 * 2 + 2 * 5) * 25,
    weightBytes: 4 * (weights + separable),
    // The picture, and with noughts around it.
    passBytes: 4 * (weights + separable) + 4 * 32 * 3 * (100 + 144),
  });
  outer.dispose();
});

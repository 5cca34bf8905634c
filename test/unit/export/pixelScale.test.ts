/** Scaling of the pixels in TensorFlow.js' own layer: one number for all channels, or one for each. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { scaleAndOffset } from "../../../export/pixelScale.js";
import { type Tensor, tf } from "../../../learn/engine.js";
import { assertClose } from "../learn/support.js";

/** Red, green and blue of two pixels. */
const PIXELS = [0, 128, 255, 255, 1, 77];

/** The scaled pixels as a model file with a `Rescaling` layer gives them. */
async function rescaled(config: object): Promise<Float32Array> {
  const shape = [null, 1, 2, 3];
  const layers = [
    {
      class_name: "InputLayer",
      name: "in",
      config: { name: "in", batch_input_shape: shape },
      inbound_nodes: [],
    },
    {
      class_name: "Rescaling",
      name: "out",
      config: { name: "out", ...config },
      inbound_nodes: [[["in", 0, 0, {}]]],
    },
  ];
  const topology = { name: "m", layers, input_layers: [["in", 0, 0]], output_layers: [["out", 0, 0]] };
  const model = await tf.loadLayersModel(
    tf.io.fromMemory({ modelTopology: { model_config: { class_name: "Model", config: topology } } }),
  );
  return (model.predict(tf.tensor4d(PIXELS, [1, 1, 2, 3], "int32")) as Tensor).dataSync() as Float32Array;
}

describe("scaleAndOffset in a Rescaling layer", () => {
  // EfficientNet-Lite's own, the ImageNet statistics of torchvision in 0…255, and a mixture.
  const cases = [
    { mean: 127, deviation: 128 },
    { mean: [123.675, 116.28, 103.53], deviation: [58.395, 57.12, 57.375] },
    { mean: [0, 100, 200], deviation: 50 },
  ];
  for (const { mean, deviation } of cases) {
    it(`subtracts ${mean} and divides by ${deviation}`, async () => {
      const at = (value: number | number[], channel: number): number =>
        typeof value === "number" ? value : (value[channel] ?? Number.NaN);
      const expected = PIXELS.map((x, i) => (x - at(mean, i % 3)) / at(deviation, i % 3));
      const { scale, offset } = scaleAndOffset({ mean, deviation });
      assertClose(await rescaled({ scale, offset }), expected, 1e-6, "scaled pixels");
      assert.ok(expected.every(Number.isFinite));
    });
  }
});

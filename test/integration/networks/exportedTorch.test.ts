/** LayersModels of every kind of unit, of ResNet and MobileNetV2 in TensorFlow.js. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, it } from "node:test";
import { onnxFiles } from "../../../export/onnx.js";
import { TFJS_FILE, tfjsFiles } from "../../../export/tfjs.js";
import { type Tensor, tf } from "../../../learn/engine.js";
import { readOnnxNetwork } from "../../../learn/import/onnx/any/network.js";
import { ThawError } from "../../../spec/errors.js";
import { modelOfEveryUnit } from "../../support/models/everyUnit.js";
import { cardOf, TOLERANCE, writeFiles } from "../../support/models/exported.js";
import { madeUpGraph, madeUpMember, madeUpModel } from "../../support/models/madeUpModel.js";
import { madeUpFeatures } from "../../unit/learn/madeUpRuns.js";
import { assertClose, largestDifference, temporaryFolder } from "../../unit/learn/support.js";

/** `cpu` is plain @tensorflow/tfjs: JavaScript only. */
const RUNS = [
  { name: "network of every unit", make: modelOfEveryUnit, backend: "cpu" },
  { name: "network of every unit", make: modelOfEveryUnit, backend: "tensorflow" },
  { name: "mobilenetv2", make: () => madeUpModel("mobilenetv2"), backend: "cpu" },
  { name: "resnet18", make: () => madeUpModel("resnet18"), backend: "cpu" },
  { name: "resnet50", make: () => madeUpModel("resnet50"), backend: "tensorflow" },
  { name: "convnext-atto", make: () => madeUpMember("convnext-atto"), backend: "tensorflow" },
  ...["convnext", "mobilenetv3", "csp", "resnext", "scales, linear", "other gates"].map((network) => ({
    name: `graph of ${network}`,
    make: (folder: string) => madeUpGraph(network, folder),
    backend: "cpu",
  })),
];

it("norms of responses, which TensorFlow.js has no layer for, are refused with what to do", async (t) => {
  const { model } = await madeUpGraph("convnext v2", await temporaryFolder(t));
  assert.throws(
    () => tfjsFiles(model, cardOf(model)),
    (error) => {
      assert.ok(error instanceof ThawError);
      assert.match(error.message, /norms of responses/);
      assert.match(error.hint ?? "", /--format onnx/);
      return true;
    },
  );
});

it("an exported ONNX file with norms over images, resizing or gates is read as the network that it is of", async (t) => {
  for (const network of ["convnext v2", "group norms", "scales, linear", "other gates"]) {
    const folder = await temporaryFolder(t);
    const { model } = await madeUpGraph(network, folder);
    const [file] = onnxFiles(model, cardOf(model));
    assert.ok(file);
    const path = join(folder, "exported.onnx");
    await writeFile(path, file.data);
    const back = await readOnnxNetwork(path, {});
    const { size, pixelScale } = model.input;
    const own = madeUpFeatures(model.architecture, model.parameters, size);
    const { mean, deviation } = pixelScale;
    const given = madeUpFeatures(back.architecture, back.parameters, size, (x) =>
      // It scales its pixels itself.
      x.mul(deviation).add(mean),
    );
    assertClose(given, own, 1e-5, network);
  }
});

afterEach(() => tf.setBackend("tensorflow"));

for (const { name, make, backend } of RUNS) {
  it(`the exported ${name} predicts our own probabilities on the ${backend} backend`, async (t) => {
    const folder = await temporaryFolder(t);
    const { model, pixels, probabilities } = await make(folder);
    await writeFiles(folder, tfjsFiles(model, cardOf(model)));
    await tf.setBackend(backend);
    const loaded = await tf.loadLayersModel(`file://${folder}/${TFJS_FILE}`);
    const { size } = model.input;
    const x = tf.tensor4d(Int32Array.from(pixels), [pixels.length / (3 * size ** 2), size, size, 3], "int32");
    const predicted = (loaded.predict(x) as Tensor).dataSync();
    const difference = largestDifference(predicted, probabilities);
    t.diagnostic(`largest difference ${difference}`);
    assert.ok(difference < TOLERANCE, `differs by ${difference}`);
    loaded.dispose();
    x.dispose();
  });
}

/** The exported ONNX file in onnxruntime: it is valid, and predicts what our own network predicts. */
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { onnxFiles } from "../../../export/onnx.js";
import type { TrainedModel } from "../../../export/trainedModel.js";
import { modelOfEveryUnit } from "../../support/models/everyUnit.js";
import {
  cardOf,
  imageNetModel,
  ownProbabilities,
  PHOTOGRAPHS,
  pixelsOf,
  TOLERANCE,
} from "../../support/models/exported.js";
import { madeUpGraph, madeUpMember, madeUpModel } from "../../support/models/madeUpModel.js";
import { type Python, pythonWithOnnx, runOnnx } from "../../support/models/onnxruntime.js";
import { largestDifference, temporaryFolder } from "../../unit/learn/support.js";

const found = await pythonWithOnnx();
const skip = typeof found === "string" ? found : false;
const python = found as Python;

const fileOf = (model: TrainedModel): Uint8Array => {
  const [file] = onnxFiles(model, cardOf(model));
  assert.ok(file);
  return file.data;
};

describe("the exported ONNX file in onnxruntime", { skip }, () => {
  after(() => python.close());

  it("predicts our own probabilities and carries the labels", async (t) => {
    const model = await imageNetModel();
    const pixels = Buffer.concat(await Promise.all(PHOTOGRAPHS.map(pixelsOf)));
    const folder = await temporaryFolder(t);
    const answer = await runOnnx(python, folder, fileOf(model), pixels, model.input.size);
    const difference = largestDifference(answer.probabilities, await ownProbabilities(model, PHOTOGRAPHS));
    t.diagnostic(`largest difference ${difference}`);
    assert.ok(difference < TOLERANCE, `differs by ${difference}`);
    const { metadata } = answer;
    assert.deepEqual(JSON.parse(metadata.labels ?? ""), model.classes);
    assert.deepEqual(JSON.parse(metadata.preprocessing ?? ""), cardOf(model).preprocessing);
    assert.equal(metadata.name, "imagenet");
  });

  const models = [
    { name: "every unit", make: modelOfEveryUnit },
    ...["mobilenetv2", "resnet18", "resnet50"].map((name) => ({ name, make: () => madeUpModel(name) })),
    { name: "convnext-atto", make: () => madeUpMember("convnext-atto") },
    ...[
      ...["convnext", "mobilenetv3", "csp", "resnext", "convnext v2"],
      ...["trees", "scales, linear", "products", "other gates"],
    ].map((network) => ({
      name: `the graph of ${network}`,
      make: (folder: string) => madeUpGraph(network, folder),
    })),
  ];
  for (const { name, make } of models) {
    it(`predicts our own probabilities with ${name}`, async (t) => {
      const folder = await temporaryFolder(t);
      const { model, pixels, probabilities } = await make(folder);
      const answer = await runOnnx(python, folder, fileOf(model), pixels, model.input.size);
      const difference = largestDifference(answer.probabilities, probabilities);
      t.diagnostic(`largest difference ${difference}`);
      assert.ok(difference < TOLERANCE, `differs by ${difference}`);
    });
  }

  it("is refused when a unit is missing", async (t) => {
    const model = await imageNetModel();
    const { groups, ...rest } = model.architecture;
    // Without its top the network ends with 320 channels, and the head wants 1280.
    const broken = { ...model, architecture: { ...rest, groups: groups.slice(0, -1) } };
    const folder = await temporaryFolder(t);
    const [photograph = ""] = PHOTOGRAPHS;
    const run = runOnnx(python, folder, fileOf(broken), await pixelsOf(photograph), model.input.size);
    await assert.rejects(run, /features|Gemm|shape/i);
  });
});

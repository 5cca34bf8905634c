/** The exported LayersModel in TensorFlow.js: it loads, and predicts what our own network predicts. */
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { TFJS_FILE, tfjsFiles } from "../../../export/tfjs.js";
import { type Tensor, type Tensor4D, tf } from "../../../learn/engine.js";
import { sizeOf } from "../../../learn/network/parameters.js";
import { sha256 } from "../../../store/artifacts/keys.js";
import {
  cardOf,
  imageNetModel,
  ownProbabilities,
  PHOTOGRAPHS,
  pixelsOf,
  TOLERANCE,
  writeFiles,
} from "../../support/models/exported.js";
import { largestDifference, temporaryFolder } from "../../unit/learn/support.js";

const model = await imageNetModel();
const card = cardOf(model);
const files = tfjsFiles(model, card);

/** Flat probabilities would be close to anything. */
const CONFIDENT = 0.3;

describe("the exported LayersModel", () => {
  after(() => tf.setBackend("tensorflow"));

  /** `cpu` is plain @tensorflow/tfjs: JavaScript only. It takes seconds for an image. */
  const runs = [
    { backend: "tensorflow", photographs: PHOTOGRAPHS },
    { backend: "cpu", photographs: PHOTOGRAPHS.slice(1, 2) },
  ];
  for (const { backend, photographs } of runs) {
    it(`predicts our own probabilities on the ${backend} backend`, async (t) => {
      const expected = await ownProbabilities(model, photographs);
      const folder = await temporaryFolder(t);
      await writeFiles(folder, files);
      await tf.setBackend(backend);
      assert.equal(tf.getBackend(), backend);
      const loaded = await tf.loadLayersModel(`file://${folder}/${TFJS_FILE}`);
      const pixels = await Promise.all(photographs.map(pixelsOf));
      const shape: [number, number, number, number] = [photographs.length, 224, 224, 3];
      // As `tf.browser.fromPixels` gives them: int32 in 0…255.
      const x: Tensor4D = tf.tensor4d(Int32Array.from(Buffer.concat(pixels)), shape, "int32");
      const predicted = (loaded.predict(x) as Tensor).dataSync();
      const difference = largestDifference(predicted, expected);
      t.diagnostic(`largest difference ${difference}`);
      assert.ok(difference < TOLERANCE, `differs by ${difference}`);
      assert.ok(Math.max(...expected) > CONFIDENT);
      assert.deepEqual(loaded.getUserDefinedMetadata(), JSON.parse(JSON.stringify(card)));
      loaded.dispose();
      x.dispose();
    });
  }
});

it("the weights lie in shards of up to 4 MB that the manifest describes to the byte", () => {
  const shards = files.filter(({ name }) => name.endsWith(".bin"));
  const json = files.at(-1);
  assert.equal(json?.name, TFJS_FILE);
  const { weightsManifest } = JSON.parse(Buffer.from(json.data).toString()) as {
    weightsManifest: { paths: string[]; weights: { shape: number[] }[] }[];
  };
  const [group, ...others] = weightsManifest;
  assert.ok(group !== undefined && others.length === 0);
  assert.deepEqual(
    group.paths,
    shards.map(({ name }) => name),
  );
  const values = group.weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  assert.equal(
    shards.reduce((sum, { data }) => sum + data.length, 0),
    4 * values,
  );
  for (const { data } of shards) assert.ok(data.length <= 4 * 2 ** 20 && data.length > 0);
});

it("equal models give equal files", () => {
  const again = tfjsFiles(model, card);
  assert.deepEqual(
    again.map(({ name, data }) => [name, sha256(data)]),
    files.map(({ name, data }) => [name, sha256(data)]),
  );
});

/** Layers models as frozen extractors: read, cut, stored as one file, run; against the models' own predictions. */
import assert from "node:assert/strict";
import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { tfjsFiles } from "../../../../export/tfjs.js";
import { chosenBase } from "../../../../learn/bases/chosen.js";
import { multiplyAdds } from "../../../../learn/bases/cost.js";
import { parseLayersModel } from "../../../../learn/bases/layersModel.js";
import { type LayersModel, tf } from "../../../../learn/engine.js";
import { openExtractor } from "../../../../learn/extractor/extractor.js";
import { importLayersModel } from "../../../../learn/extractor/import.js";
import { basePass, featuresOf } from "../../../../learn/network/frozen.js";
import { freezeGroups, poolFeatures } from "../../../../learn/network/network.js";
import { softmaxRows } from "../../../../learn/training/step/loss.js";
import { pixelTensor } from "../../../../learn/training/step/pixels.js";
import type { ImportedModel } from "../../../../spec/engine/job.js";
import { ThawError } from "../../../../spec/errors.js";
import { cardOf, writeFiles } from "../../../support/models/exported.js";
import { classifier, flattened, saveModel } from "../../../support/models/layersModels.js";
import { madeUpModel } from "../../../support/models/madeUpModel.js";
import { assertClose, FIXTURES, fixture, largestDifference, temporaryFolder } from "../support.js";
import { uniform } from "../uniform.js";

interface Options {
  readonly size?: number;
  readonly output?: string;
  readonly blueFirst?: boolean;
}

/** Reads the model that lies in the folder, and stores it as one file there. */
async function imported(
  folder: string,
  options: Options = {},
): Promise<ImportedModel & { readonly file: string }> {
  const model = join(folder, "model.json");
  const { groups } = parseLayersModel(await readFile(model, "utf8"), "model.json");
  const shards = groups.map(({ paths }) => paths.map((path) => join(folder, path)));
  const file = join(folder, "extractor.safetensors");
  return { ...(await importLayersModel({ source: "model.json", model, shards, ...options }, file)), file };
}

/** RGB in 0…255, `[3, side, side, 3]`. */
function pictures(side: number) {
  return tf.tensor4d(
    Float32Array.from(uniform("pictures", 3 * side * side * 3), (u) => Math.floor(256 * u)),
    [3, side, side, 3],
  );
}

/** What the model itself gives at that layer. */
function ownFeatures(model: LayersModel, layer: string, side: number): Float32Array {
  return tf.tidy(() => {
    const part = tf.model({ inputs: model.inputs, outputs: model.getLayer(layer).output });
    return (part.predict(pictures(side)) as ReturnType<typeof tf.tensor>).dataSync() as Float32Array;
  });
}

async function featuresFrom(file: string, side: number, isExchanged = false): Promise<Float32Array> {
  const extractor = await openExtractor(file);
  try {
    return tf.tidy(() => {
      const shown = isExchanged ? pictures(side).reverse(-1) : pictures(side);
      return featuresOf(extractor.run(shown)).dataSync() as Float32Array;
    });
  } finally {
    extractor.dispose();
  }
}

test("the features are what the model itself gives below its classifier", async (context) => {
  const model = classifier(20, "fixed");
  const folder = await saveModel(model, await temporaryFolder(context));
  const { file, ...found } = await imported(folder);
  const own20 = { inputSize: 20, features: 12, output: "fixed_pooled", rescales: true };
  // Kernels of 3 × 3 × 3 × 12 and 3 × 3 × 12 at 10 × 10 places; the sum takes two images and gives one.
  const weightBytes = 4 * (324 + 12 + 48 + 108 + 12);
  const cost = { multiplyAdds: 43_200, weightBytes, passBytes: weightBytes + 4 * 32 * 3600 };
  assert.deepEqual(found, { ...own20, ...cost });
  const own = ownFeatures(model, "fixed_pooled", 20);
  assert.ok(Math.max(...own) > 0.5, "features of nought would be close to anything");
  assert.ok(largestDifference(await featuresFrom(file, 20), own) < 1e-5);
});

test("features of a flattening have no place in the image, those of an average have", async (context) => {
  const model = flattened(9, "flat");
  const folder = await saveModel(model, await temporaryFolder(context), 1);
  const { file, passBytes: _, weightBytes, ...found } = await imported(folder);
  const plain = { inputSize: 9, features: 64, output: "flat_flat", rescales: false };
  assert.deepEqual(found, { ...plain, multiplyAdds: 27 * 4 * 16 });
  assert.equal(weightBytes, 4 * (27 * 4 + 4));
  assert.ok(largestDifference(await featuresFrom(file, 9), ownFeatures(model, "flat_flat", 9)) < 1e-5);
  const rank = async (path: string, side: number): Promise<number> => {
    const extractor = await openExtractor(path);
    const { rank } = tf.tidy(() => extractor.run(pictures(side)));
    extractor.dispose();
    return rank;
  };
  assert.equal(await rank(file, 9), 2);
  const average = await imported(await saveModel(classifier(20, "average"), await temporaryFolder(context)));
  assert.equal(await rank(average.file, 20), 4);
});

test("a model without a classifier ends in its activations, and another layer can be named", async (context) => {
  const whole = classifier(16, "headless");
  const headless = tf.model({
    inputs: whole.inputs,
    outputs: whole.getLayer("headless_sum").output as never,
  });
  const folder = await saveModel(headless, await temporaryFolder(context));
  const { output, features, file } = await imported(folder);
  assert.deepEqual([output, features], ["headless_sum", 12]);
  const own = ownFeatures(whole, "headless_pooled", 16);
  assert.ok(largestDifference(await featuresFrom(file, 16), own) < 1e-5);
  const hidden = await saveModel(flattened(9, "named"), await temporaryFolder(context));
  assert.equal((await imported(hidden, { output: "named_hidden" })).features, 6);
});

test("a network within a network is cut too", async (context) => {
  const inner = classifier(16, "inner");
  const base = tf.model({
    inputs: inner.inputs,
    outputs: inner.getLayer("inner_pooled").output as never,
    name: "inner_base",
  });
  const outer = tf.sequential({
    name: "outer",
    layers: [base, tf.layers.dense({ units: 2, name: "outer_top" })],
  });
  const { output, features, file } = await imported(await saveModel(outer, await temporaryFolder(context)));
  assert.deepEqual([features, output.startsWith("inner_")], [12, true]);
  assert.ok(largestDifference(await featuresFrom(file, 16), ownFeatures(inner, "inner_pooled", 16)) < 1e-5);
  const input = tf.input({ shape: [16, 16, 3], name: "called_image" });
  const called = tf.layers
    .dense({ units: 2, name: "called_top" })
    .apply(base.apply(input) as never) as ReturnType<typeof tf.input>;
  const folder = await saveModel(
    tf.model({ inputs: input, outputs: called }),
    await temporaryFolder(context),
  );
  const second = await imported(folder);
  assert.deepEqual([second.features, second.output], [12, "inner_base"]);
  assert.ok(
    largestDifference(await featuresFrom(second.file, 16), ownFeatures(inner, "inner_pooled", 16)) < 1e-5,
  );
});

test("equal models give equal bytes, and nothing of a pass stays in memory", async (context) => {
  const folder = await saveModel(classifier(20, "twice"), await temporaryFolder(context));
  const { file, inputSize, features, output } = await imported(folder);
  const first = await readFile(file);
  const before = tf.memory().numTensors;
  await imported(folder);
  assert.deepEqual(await readFile(file), first);
  const extractor = { inputSize, features, output };
  const base = chosenBase({ name: "own@1", architecture: "layers-model", checkpoint: file, extractor });
  assert.deepEqual([base.extractor, base.architecture.groups, (await base.load(file)).size], [file, [], 0]);
  const pass = await basePass(base, new Map(), [0, 3]);
  const x = pictures(20);
  const result = pass.run(x);
  assert.deepEqual([result.activations.size, result.features.shape], [0, [3, 12]]);
  tf.dispose([x, result.features]);
  pass.dispose();
  assert.equal(tf.memory().numTensors, before);
});

interface Written {
  format?: string;
  modelTopology: { config: { layers: { class_name: string; config: { name: string } }[] } };
  weightsManifest: { paths: string[]; weights: { name: string; shape: number[]; dtype: string }[] }[];
}

async function rewritten(folder: string, context: TestContext, change: (model: Written) => void) {
  const copy = await temporaryFolder(context);
  for (const name of await readdir(folder)) await copyFile(join(folder, name), join(copy, name));
  const model = JSON.parse(await readFile(join(folder, "model.json"), "utf8")) as Written;
  change(model);
  await writeFile(join(copy, "model.json"), JSON.stringify(model));
  return copy;
}

const BROKEN: readonly {
  what: string;
  options?: Options;
  change?: (model: Written) => void;
  says: RegExp;
  hint: RegExp;
}[] = [
  {
    what: "a graph model",
    change: (model) => Object.assign(model, { format: "graph-model", modelTopology: { node: [] } }),
    says: /is a graph model: its operations form no layers/,
    hint: /tensorflowjs_converter --input_format keras/,
  },
  {
    what: "a topology without weights",
    change: (model) => Object.assign(model, { weightsManifest: undefined }),
    says: /no TensorFlow\.js layers model: `weightsManifest` is missing/,
    hint: /model\.json that/,
  },
  {
    what: "a layer of one's own",
    change: ({ modelTopology: { config } }) => Object.assign(config.layers[2] ?? {}, { class_name: "Swirl" }),
    says: /layer broken_conv is of the class Swirl, which TensorFlow\.js does not know/,
    hint: /standard layers/,
  },
  {
    what: "a shard from elsewhere",
    change: ({ weightsManifest }) => weightsManifest[0]?.paths.splice(0, 1, "../../secret"),
    says: /names the shard \.\.\/\.\.\/secret, which does not lie beside it/,
    hint: /one folder/,
  },
  {
    what: "a shard that is cut short",
    change: ({ weightsManifest }) => weightsManifest[0]?.weights[0]?.shape.splice(3, 1, 13),
    says: /the shards group1-shard1of2\.bin, group1-shard2of2\.bin hold \d+ bytes, model\.json says \d+/,
    hint: /cut short/,
  },
  {
    what: "weights that are missing",
    change: ({ weightsManifest }) =>
      Object.assign(weightsManifest[0]?.weights[0] ?? {}, { name: "else/kernel" }),
    says: /cannot be loaded: .*else\/kernel/,
    hint: /Keras 2/,
  },
  {
    what: "weights of another type",
    change: ({ weightsManifest }) => Object.assign(weightsManifest[0]?.weights[0] ?? {}, { dtype: "int32" }),
    says: /the weight broken_conv\/kernel is of the type int32/,
    hint: /float32/,
  },
  { what: "no size", says: /takes images of any size/, hint: /--size 224/ },
  {
    what: "a layer that there is not",
    options: { size: 16, output: "nowhere" },
    says: /has no layer nowhere/,
    hint: /broken_pooled, broken_dropped, broken_classes/,
  },
];

test("what cannot be used is refused in words", async (context) => {
  const folder = await saveModel(classifier(null, "broken"), await temporaryFolder(context));
  for (const { what, options, change = () => undefined, says, hint } of BROKEN) {
    const copy = await rewritten(folder, context, change);
    await assert.rejects(imported(copy, options), (error) => {
      assert.ok(error instanceof ThawError, `${what}: ${error}`);
      assert.match(error.message, says, what);
      assert.match(error.hint ?? "", hint, what);
      return true;
    });
  }
  assert.equal((await imported(folder, { size: 24 })).inputSize, 24);
  const fixed = await saveModel(classifier(20, "fixed_size"), await temporaryFolder(context));
  await assert.rejects(imported(fixed, { size: 24 }), /takes images of 20 pixels, --size says 24/);
});

const SHAPES: readonly { shape: (number | null)[]; says: RegExp }[] = [
  { shape: [12, 12, 1], says: /takes 12 × 12 × 1 numbers an image: it is a network of grey images/ },
  { shape: [12, 10, 3], says: /takes images of 12 × 10 pixels/ },
  { shape: [3, 12, 12], says: /takes 3 × 12 × 12 numbers an image/ },
];

test("only networks of square images in colour are taken", async (context) => {
  for (const [index, { shape, says }] of SHAPES.entries()) {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: shape, filters: 2, kernelSize: 2, name: `shape${index}_conv` }),
        tf.layers.globalMaxPooling2d({ name: `shape${index}_pool`, dataFormat: "channelsLast" }),
      ],
    });
    const folder = await saveModel(model, await temporaryFolder(context), 1);
    await assert.rejects(imported(folder), says);
  }
});

test("a model of Keras, in shards and quantised, gives what NumPy computes", async (context) => {
  const recorded = fixture<{ images: number[]; features: number[][]; logits: number[][] }>(
    "networks/layersModel.json",
  );
  const folder = await temporaryFolder(context);
  for (const name of await readdir(join(FIXTURES, "networks", "layersModel")))
    await copyFile(join(FIXTURES, "networks", "layersModel", name), join(folder, name));
  const run = async (file: string): Promise<Float32Array> => {
    const extractor = await openExtractor(file);
    const x = tf.tensor4d(recorded.images, [2, 8, 8, 3]);
    const values = tf.tidy(() => featuresOf(extractor.run(x)).dataSync() as Float32Array);
    extractor.dispose();
    x.dispose();
    return values;
  };
  const { file, ...found } = await imported(folder);
  const { inputSize, features, output, rescales } = found;
  assert.deepEqual([inputSize, features, output, rescales], [8, 5, "global_average_pooling2d", true]);
  assert.ok(largestDifference(await run(file), recorded.features.flat()) < 1e-5);
  const { file: whole } = await imported(folder, { output: "predictions" });
  const probabilities = softmaxRows(Float32Array.from(recorded.logits.flat()), 3);
  assert.ok(largestDifference(await run(whole), probabilities) < 1e-5);
});

test("what thaw exports can be a base: its features are those of our own layers", async (context) => {
  const { model, pixels } = madeUpModel("mobilenetv2");
  const { size, pixelScale } = model.input;
  const folder = await temporaryFolder(context);
  await writeFiles(folder, tfjsFiles(model, cardOf(model)));
  const { file, passBytes: _pass, weightBytes: _weights, ...found } = await imported(folder);
  const { features } = model.architecture;
  const own71 = { inputSize: size, features, output: "features", rescales: true };
  assert.deepEqual(found, { ...own71, multiplyAdds: multiplyAdds(model.architecture, size) });
  const shape: [number, number, number, number] = [2, size, size, 3];
  const groups = freezeGroups(model.architecture, model.parameters, 0, model.architecture.groups.length);
  const own = tf.tidy(() => poolFeatures(groups.run(pixelTensor(pixels, shape, pixelScale))).dataSync());
  const extractor = await openExtractor(file);
  const given = tf.tidy(() =>
    featuresOf(extractor.run(tf.tensor4d(Float32Array.from(pixels), shape))).dataSync(),
  );
  groups.dispose();
  extractor.dispose();
  assertClose(given, own, 1e-5, "features");
});

test("a model that takes blue first is given it so", async (context) => {
  const folder = await saveModel(classifier(20, "fixed"), await temporaryFolder(context));
  const { file: plain } = await imported(folder);
  const exchanged = await featuresFrom(plain, 20, true);
  const before = await featuresFrom(plain, 20);
  const { file, blueFirst } = await imported(folder, { blueFirst: true });
  assert.equal(blueFirst, true);
  assert.deepEqual(await featuresFrom(file, 20), exchanged);
  assert.notDeepEqual(exchanged, before);
});

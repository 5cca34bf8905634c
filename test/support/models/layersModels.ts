/** Small TensorFlow.js layers models with made-up weights, written to disk in the layouts that people have. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type LayersModel, tf } from "../../../learn/engine.js";
import { uniform } from "../../unit/learn/uniform.js";

/** Every weight from a stream of its own. */
function fill(model: LayersModel): LayersModel {
  for (const layer of model.layers) {
    const values = layer.getWeights().map((old, index) => {
      const size = old.shape.reduce((product, extent) => product * extent, 1);
      // Gamma and variance of a batch norm, beside beta and mean.
      const isScale = layer.getClassName() === "BatchNormalization" && [0, 3].includes(index);
      const draws = uniform(`${layer.name}/${index}`, size);
      return tf.tensor(
        Float32Array.from(draws, (u) => (isScale ? 0.5 + u : 0.6 * (u - 0.5))),
        old.shape,
      );
    });
    layer.setWeights(values);
    tf.dispose(values);
  }
  return model;
}

/** Convolutions, a batch norm, a branch, global average pooling and a classifier: 12 features. */
export function classifier(side: number | null, names: string): LayersModel {
  const name = (layer: string): { name: string } => ({ name: `${names}_${layer}` });
  const input = tf.input({ shape: [side, side, 3], ...name("image") });
  const scaled = tf.layers.rescaling({ scale: 1 / 127.5, offset: -1, ...name("scaled") }).apply(input);
  const conv = tf.layers
    .conv2d({ filters: 12, kernelSize: 3, strides: 2, padding: "same", ...name("conv") })
    .apply(scaled);
  const norm = tf.layers.batchNormalization(name("norm")).apply(conv);
  const relu = tf.layers.reLU({ maxValue: 6, ...name("relu") }).apply(norm);
  const depth = tf.layers
    .depthwiseConv2d({ kernelSize: 3, padding: "same", ...name("depth") })
    .apply(relu) as ReturnType<typeof tf.input>;
  const sum = tf.layers.add(name("sum")).apply([relu as ReturnType<typeof tf.input>, depth]);
  const pooled = tf.layers
    .globalAveragePooling2d({ ...name("pooled"), dataFormat: "channelsLast" })
    .apply(sum);
  const dropped = tf.layers.dropout({ rate: 0.4, ...name("dropped") }).apply(pooled);
  const dense = tf.layers.dense({ units: 4, activation: "softmax", ...name("classes") }).apply(dropped);
  return fill(tf.model({ inputs: input, outputs: dense as ReturnType<typeof tf.input>, name: names }));
}

/** A `Sequential` whose pictures are flattened below two fully connected layers: its features have no place. */
export function flattened(side: number, names: string): LayersModel {
  return fill(
    tf.sequential({
      name: names,
      layers: [
        tf.layers.conv2d({
          inputShape: [side, side, 3],
          filters: 4,
          kernelSize: 3,
          strides: 2,
          name: `${names}_conv`,
        }),
        tf.layers.flatten({ name: `${names}_flat` }),
        tf.layers.dense({ units: 6, activation: "relu", name: `${names}_hidden` }),
        tf.layers.dense({ units: 3, name: `${names}_logits` }),
        tf.layers.activation({ activation: "softmax", name: `${names}_classes` }),
      ],
    }),
  );
}

/** Writes it as `model.save` does, the weights cut into `shards` files. @returns the folder */
export async function saveModel(model: LayersModel, folder: string, shards = 2): Promise<string> {
  await mkdir(folder, { recursive: true });
  await model.save(
    tf.io.withSaveHandler(async ({ modelTopology, weightSpecs = [], weightData }) => {
      const bytes = Buffer.from(weightData as ArrayBuffer);
      const size = Math.ceil(bytes.length / shards);
      const paths = Array.from({ length: shards }, (_, i) => `group1-shard${i + 1}of${shards}.bin`);
      for (const [i, path] of paths.entries())
        await writeFile(join(folder, path), bytes.subarray(i * size, (i + 1) * size));
      const document = {
        format: "layers-model",
        generatedBy: "TensorFlow.js",
        modelTopology,
        weightsManifest: [{ paths, weights: weightSpecs }],
      };
      await writeFile(join(folder, "model.json"), JSON.stringify(document));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
    }),
  );
  return folder;
}

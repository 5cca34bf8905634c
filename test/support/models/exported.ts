/** A model to export, the pretrained base with its own ImageNet head, and what our own path predicts with it. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { modelCard } from "../../../export/card.js";
import type { ExportFile } from "../../../export/file.js";
import type { TrainedModel } from "../../../export/trainedModel.js";
import { tf } from "../../../learn/engine.js";
import { denseLogits, HEAD_BIAS, HEAD_KERNEL } from "../../../learn/network/head.js";
import { freezeGroups, poolFeatures } from "../../../learn/network/network.js";
import { parameter } from "../../../learn/network/parameters.js";
import { softmaxRows } from "../../../learn/training/step/loss.js";
import type { ModelVersion } from "../../../spec/records/model.js";
import { base, FIXTURES, photographs, pretrained } from "../../unit/learn/support.js";

/** Of 224 × 224 pixels, the base's input. */
export const PHOTOGRAPHS = ["astronaut", "chelsea", "coffee", "rocket"].map(
  (name) => `photographs/${name}.png`,
);

/** The bound on the difference of probabilities. */
export const TOLERANCE = 1e-4;

const NO_ARTIFACT = { kind: "tune", key: "0".repeat(64), digest: "0".repeat(64) };

export async function imageNetModel(): Promise<TrainedModel> {
  const { architecture, input } = base;
  const weights = await pretrained();
  const kernel = parameter(weights, "classifier.kernel");
  const bias = parameter(weights, "classifier.bias");
  const parameters = new Map([...weights, [HEAD_KERNEL, kernel], [HEAD_BIAS, bias]]);
  const classes = Array.from(bias.data, (_, index) => `class ${index}`);
  return { architecture, input, parameters, classes };
}

export function cardOf(model: TrainedModel): ReturnType<typeof modelCard> {
  const version: ModelVersion = {
    name: "imagenet",
    version: 3,
    runId: "imagenet-20260101-000000-abcd",
    createdAt: "2026-01-01T00:00:00.000Z",
    classes: model.classes,
    base: base.name,
    background: "white",
    keepShortSide: 320,
    testAccuracy: 0.75,
    weights: NO_ARTIFACT,
    artifacts: {},
  };
  return modelCard(model, version);
}

/** RGB bytes of a photograph, `[224, 224, 3]`. */
export function pixelsOf(file: string): Promise<Buffer> {
  return sharp(join(FIXTURES, file)).raw().toBuffer();
}

/** Probabilities `[files.length, classes]` by the network that trains, evaluates and predicts. */
export async function ownProbabilities(
  { architecture, parameters, classes }: TrainedModel,
  files: readonly string[],
): Promise<Float32Array> {
  const x = await photographs(files);
  const network = freezeGroups(architecture, parameters, 0, architecture.groups.length);
  const kernel = parameter(parameters, HEAD_KERNEL);
  const logits = tf.tidy(() => {
    const features = poolFeatures(network.run(x));
    const weights = tf.tensor2d(kernel.data, kernel.shape as [number, number]);
    return denseLogits(features, weights, tf.tensor1d(parameter(parameters, HEAD_BIAS).data)).dataSync();
  });
  network.dispose();
  x.dispose();
  return softmaxRows(logits as Float32Array, classes.length);
}

export async function writeFiles(folder: string, files: readonly ExportFile[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all(files.map(({ name, data }) => writeFile(join(folder, name), data)));
}

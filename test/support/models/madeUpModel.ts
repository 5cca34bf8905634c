/** Models to export with made-up weights, and what our own path predicts with them for made-up pictures. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { TrainedModel } from "../../../export/trainedModel.js";
import type { Architecture } from "../../../learn/bases/architecture.js";
import { findArchitecture } from "../../../learn/bases/architectures.js";
import type { BaseInput } from "../../../learn/bases/catalogue.js";
import { chosenBase } from "../../../learn/bases/chosen.js";
import { convertOnnx } from "../../../learn/bases/graphBase.js";
import { tf } from "../../../learn/engine.js";
import { denseLogits, HEAD_BIAS, HEAD_KERNEL } from "../../../learn/network/head.js";
import { freezeGroups, poolFeatures } from "../../../learn/network/network.js";
import { overlay, type Parameters } from "../../../learn/network/parameters.js";
import { softmaxRows } from "../../../learn/training/step/loss.js";
import { pixelTensor } from "../../../learn/training/step/pixels.js";
import { graphName } from "../../../spec/base.js";
import { madeUpParameters } from "../../unit/learn/families/support.js";
import { fixture } from "../../unit/learn/support.js";
import { networkNamed, recordedNetwork } from "../../unit/learn/torchSupport.js";
import { uniform } from "../../unit/learn/uniform.js";

/** Odd, so that the padding at a stride is not the same on all layers. */
const SIDE = 71;
const PICTURES = 2;
const CLASSES = ["a", "b", "c"];

export interface MadeUpModel {
  readonly model: TrainedModel;
  /** RGB bytes `[2, side, side, 3]`. */
  readonly pixels: Buffer;
  /** `[2, 3]` */
  readonly probabilities: Float32Array;
}

/** @param name an architecture without weights of its own, e.g. `resnet18` */
export function madeUpModel(name: string): MadeUpModel {
  const { architecture, input, parameters } = recordedNetwork(networkNamed(name, "torchvision"));
  return predicted(architecture, input, parameters, SIDE);
}

/** @param name of a family's member, e.g. `convnext-atto`, with weights as families.py makes them up */
export function madeUpMember(name: string): MadeUpModel {
  const base = findArchitecture(name);
  const [naming] = base.namings;
  assert.ok(naming);
  return predicted(base.architecture, base.input, madeUpParameters(base, naming), SIDE);
}

/** The networks of onnxGraphs.py, onnxNorms.py and onnxWays.py, each as one export of PyTorch's wrote it. */
const graphs = (file: string) =>
  fixture<{
    side: number;
    read: readonly { network: string; what: string; file: string }[];
  }>(file);
const { side, ...recorded } = graphs("files/onnxGraphs.json");
const read = [
  ...recorded.read,
  ...graphs("files/onnxNorms.json").read,
  ...graphs("files/onnxWays.json").read,
];

/** What is read of such a file, and stored as a base's checkpoint. @param folder that it may write to */
export async function madeUpGraph(network: string, folder: string): Promise<MadeUpModel> {
  const found = read.find((one) => one.network === network);
  assert.ok(found, `${network} is recorded`);
  const [path, checkpoint] = [join(folder, `${network}.onnx`), join(folder, `${network}.safetensors`)];
  await writeFile(path, gunzipSync(Buffer.from(found.file, "base64")));
  const { tunable, hasFixedPart } = await convertOnnx(path, {}, checkpoint);
  const base = chosenBase({
    name: network,
    architecture: graphName({ groups: tunable, isFixed: hasFixedPart }),
    checkpoint,
    inputSize: side,
  });
  return predicted(base.architecture, base.input, await base.load(checkpoint), side);
}

/** With a head that is made up, too. */
export function predicted(
  architecture: Architecture,
  input: BaseInput,
  parameters: Parameters,
  side: number,
): MadeUpModel {
  const classes = CLASSES.length;
  // Wide enough that the probabilities are far from flat.
  const kernel = Float32Array.from(uniform("head", architecture.features * classes), (u) => u - 0.5);
  const bias = new Float32Array(classes);
  const head = new Map([
    [HEAD_KERNEL, { shape: [architecture.features, classes], data: kernel }],
    [HEAD_BIAS, { shape: [classes], data: bias }],
  ]);
  const pixels = Buffer.from(Uint8Array.from(uniform("bytes", PICTURES * side * side * 3), (u) => 256 * u));
  const network = freezeGroups(architecture, parameters, 0, architecture.groups.length);
  const logits = tf.tidy(() => {
    const x = pixelTensor(pixels, [PICTURES, side, side, 3], input.pixelScale);
    const dense = tf.tensor2d(kernel, [architecture.features, classes]);
    return denseLogits(poolFeatures(network.run(x)), dense, tf.tensor1d(bias)).dataSync() as Float32Array;
  });
  network.dispose();
  const probabilities = softmaxRows(logits, classes);
  assert.ok(Math.max(...probabilities) > 0.5, "flat probabilities would be close to anything");
  return {
    model: {
      architecture,
      parameters: overlay(parameters, head),
      input: { ...input, size: side },
      classes: CLASSES,
    },
    pixels,
    probabilities,
  };
}

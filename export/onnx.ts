/** ONNX: one file, from RGB bytes to probabilities. */
import { HEAD_BIAS, HEAD_KERNEL } from "../learn/network/head.js";
import type { Pooling } from "../learn/network/ops.js";
import { parameter } from "../learn/network/parameters.js";
import type { ModelCard } from "./card.js";
import type { ExportFile } from "./file.js";
import { type Layer, networkLayers } from "./layers.js";
import { channelsFirst, samePadding } from "./onnxLayout.js";
import { attribute, encodeOnnx, type OnnxAttribute, type OnnxNode, type OnnxTensor } from "./onnxMessages.js";
import { scaleAndOffset } from "./pixelScale.js";
import type { TrainedModel } from "./trainedModel.js";

const ONNX_FILE = "model.onnx";

/** A part of the graph. */
interface Fragment {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
}

const PIXELS = "pixels";
const SCALED = "scaled";
const PROBABILITIES = "probabilities";

/**
 * The input is `pixels`, uint8 `[batch, size, size, 3]`: bytes, because who gives floats in 0…1 by mistake is
 * then told so, instead of getting wrong answers. The output is `probabilities`, float32 `[batch, classes]`.
 */
export function onnxFiles(model: TrainedModel, card: ModelCard): readonly ExportFile[] {
  const layers = networkLayers(model, SCALED);
  const fragments = [
    preprocessing(model),
    ...layers.map(fragmentOf),
    classifier(model, layers.at(-1)?.name ?? SCALED),
  ];
  const { size } = model.input;
  const data = encodeOnnx({
    name: card.name,
    version: card.version,
    nodes: fragments.flatMap(({ nodes }) => nodes),
    constants: fragments.flatMap(({ constants }) => constants),
    input: { name: PIXELS, type: "uint8", shape: ["batch", size, size, 3] },
    output: { name: PROBABILITIES, type: "float32", shape: ["batch", card.labels.length] },
    metadata: Object.fromEntries(
      Object.entries(card).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  });
  return [{ name: ONNX_FILE, data }];
}

/** A number, or one for each channel. */
const constant = (name: string, value: number | readonly number[]): OnnxTensor =>
  typeof value === "number"
    ? { name, shape: [], data: Float32Array.of(value) }
    : { name, shape: [value.length], data: Float32Array.from(value) };

function preprocessing({ input: { pixelScale } }: TrainedModel): Fragment {
  const { scale, offset } = scaleAndOffset(pixelScale);
  return {
    nodes: [
      // 1 is float32.
      { name: "floats", op: "Cast", inputs: [PIXELS], attributes: [attribute.int("to", 1)] },
      { name: "multiplied", op: "Mul", inputs: ["floats", "pixel.scale"] },
      { name: "normalized", op: "Add", inputs: ["multiplied", "pixel.offset"] },
      {
        name: SCALED,
        op: "Transpose",
        inputs: ["normalized"],
        attributes: [attribute.ints("perm", [0, 3, 1, 2])],
      },
    ],
    constants: [constant("pixel.scale", scale), constant("pixel.offset", offset)],
  };
}

function fragmentOf(layer: Layer): Fragment {
  switch (layer.kind) {
    case "convolution":
      return convolution(layer);
    case "activation":
      return activation(layer);
    case "add":
      return { nodes: [{ name: layer.name, op: "Add", inputs: layer.inputs }], constants: [] };
    case "pooling":
      return {
        nodes: [
          {
            name: layer.name,
            op: "MaxPool",
            inputs: [layer.input],
            attributes: windows(layer.side, layer.pooling),
          },
        ],
        constants: [],
      };
  }
}

/** The attributes that convolutions and poolings have in common. */
function windows(side: number, { kernel, stride, padding }: Pooling): readonly OnnxAttribute[] {
  const pads = padding === "same" ? samePadding(side, kernel, stride) : [padding, padding, padding, padding];
  return [
    attribute.ints("kernel_shape", [kernel, kernel]),
    attribute.ints("strides", [stride, stride]),
    attribute.ints("pads", pads),
  ];
}

function convolution(layer: Extract<Layer, { kind: "convolution" }>): Fragment {
  const { name, input, side, unit, kernel, bias } = layer;
  const [weights, offsets] = [`${name}.kernel`, `${name}.bias`];
  const attributes = [
    ...windows(side, unit),
    attribute.int("group", unit.kind === "full" ? 1 : unit.inChannels),
  ];
  return {
    nodes: [{ name, op: "Conv", inputs: [input, weights, offsets], attributes }],
    constants: [
      { name: weights, ...channelsFirst(kernel, unit.kind) },
      { name: offsets, ...bias },
    ],
  };
}

function activation({ name, input, activation: kind }: Extract<Layer, { kind: "activation" }>): Fragment {
  if (kind === "relu") return { nodes: [{ name, op: "Relu", inputs: [input] }], constants: [] };
  const [low, high] = [`${name}.low`, `${name}.high`];
  return {
    nodes: [{ name, op: "Clip", inputs: [input, low, high] }],
    constants: [constant(low, 0), constant(high, 6)],
  };
}

function classifier({ parameters }: TrainedModel, activations: string): Fragment {
  return {
    nodes: [
      { name: "pooled", op: "GlobalAveragePool", inputs: [activations] },
      { name: "features", op: "Flatten", inputs: ["pooled"], attributes: [attribute.int("axis", 1)] },
      { name: "logits", op: "Gemm", inputs: ["features", HEAD_KERNEL, HEAD_BIAS] },
      { name: PROBABILITIES, op: "Softmax", inputs: ["logits"], attributes: [attribute.int("axis", 1)] },
    ],
    constants: [
      { name: HEAD_KERNEL, ...parameter(parameters, HEAD_KERNEL) },
      { name: HEAD_BIAS, ...parameter(parameters, HEAD_BIAS) },
    ],
  };
}

/** ONNX: one file, from RGB bytes to probabilities. */
import { type ConvUnit, kernelSize } from "../learn/bases/architecture.js";
import { HEAD_BIAS, HEAD_KERNEL } from "../learn/network/head.js";
import type { Pooling } from "../learn/network/ops.js";
import { parameter } from "../learn/network/parameters.js";
import type { ModelCard } from "./card.js";
import type { ExportFile } from "./file.js";
import { type Layer, networkLayers } from "./layers.js";
import { onnxActivation } from "./onnxActivations.js";
import { channelsFirst, samePadding } from "./onnxLayout.js";
import { attribute, encodeOnnx, type Fragment, type OnnxAttribute, type OnnxTensor } from "./onnxMessages.js";
import { groupNorm, layerNorm, responseNorm } from "./onnxNorms.js";
import { resized } from "./onnxResize.js";
import { scaleAndOffset } from "./pixelScale.js";
import type { TrainedModel } from "./trainedModel.js";

const ONNX_FILE = "model.onnx";

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
  const { name } = layer;
  const one = (
    op: string,
    inputs: readonly string[],
    attributes: readonly OnnxAttribute[] = [],
  ): Fragment => ({
    nodes: [{ name, op, inputs, attributes }],
    constants: [],
  });
  switch (layer.kind) {
    case "convolution":
      return convolution(layer);
    case "activation":
      return onnxActivation(name, layer.input, layer.activation);
    case "add":
      return one("Add", layer.inputs);
    case "concat":
      return one("Concat", layer.inputs, [attribute.int("axis", 1)]);
    case "product":
      return one("Mul", layer.inputs);
    case "resize":
      return resized(layer);
    case "means":
      return one("GlobalAveragePool", [layer.input]);
    case "layer-norm":
      return layerNorm(layer);
    case "group-norm":
      return groupNorm(layer);
    case "response-norm":
      return responseNorm(layer);
    case "pooling": {
      const { kind, kernel, padding } = layer.pooling;
      const attributes = windows(layer.side, layer.pooling, [kernel, kernel]);
      if (kind === "max") return one("MaxPool", [layer.input], attributes);
      const counts = attribute.int("count_include_pad", padding === "same" ? 0 : 1);
      return one("AveragePool", [layer.input], [...attributes, counts]);
    }
  }
}

/** The attributes that convolutions and poolings have in common. @param kernel rows and columns */
function windows(
  side: number,
  { stride, padding }: Pick<Pooling, "stride" | "padding">,
  kernel: readonly [number, number],
): readonly OnnxAttribute[] {
  const pads = padding === "same" ? samePadding(side, kernel, stride) : [padding, padding, padding, padding];
  return [
    attribute.ints("kernel_shape", kernel),
    attribute.ints("strides", [stride, stride]),
    attribute.ints("pads", pads),
  ];
}

function convolution(layer: Extract<Layer, { kind: "convolution" }>): Fragment {
  const { name, input, side, unit, kernel, bias } = layer;
  const [weights, offsets] = [`${name}.kernel`, `${name}.bias`];
  const attributes = [...windows(side, unit, kernelSize(unit)), attribute.int("group", groupsOf(unit))];
  return {
    nodes: [{ name, op: "Conv", inputs: [input, weights, offsets], attributes }],
    constants: [
      { name: weights, ...channelsFirst(kernel, unit.kind) },
      { name: offsets, ...bias },
    ],
  };
}

function groupsOf(unit: ConvUnit): number {
  switch (unit.kind) {
    case "full":
      return 1;
    case "depthwise":
      return unit.inChannels;
    case "grouped":
      return unit.groups;
  }
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

/**
 * Networks of inverted residual blocks with linear bottlenecks and ReLU6 (Sandler et al., "MobileNetV2",
 * CVPR 2018): a stem that halves the image, stages of blocks, and a pointwise convolution on top.
 */
import type { Padding } from "../../network/ops.js";
import type { Architecture, Block, ConvUnit, LayerGroup } from "../architecture.js";

export interface InvertedStage {
  /** Of the depthwise convolutions. */
  readonly kernel: number;
  /** Of the first block. */
  readonly stride: number;
  /** Factor from a block's input to its hidden channels. */
  readonly expansion: number;
  readonly channels: number;
  readonly repeats: number;
}

export interface InvertedNetwork {
  readonly stages: readonly InvertedStage[];
  readonly stemChannels: number;
  readonly topChannels: number;
  readonly padding: (kernel: number, stride: number) => Padding;
  readonly epsilon: number;
}

/** Layer groups `stem`, `blocks.0`… (one a stage) and `top`. */
export function invertedNetwork(network: InvertedNetwork): Architecture {
  const { stages, stemChannels, topChannels, padding, epsilon } = network;
  const stem: ConvUnit = {
    name: "stem.0.conv",
    kind: "full",
    kernel: 3,
    stride: 2,
    padding: padding(3, 2),
    inChannels: 3,
    outChannels: stemChannels,
    activation: "relu6",
  };
  const groups: LayerGroup[] = [
    { name: "stem", blocks: [{ name: "stem.0", units: [stem], residual: false }] },
  ];
  let channels = stemChannels;
  stages.forEach((settings, stage) => {
    const blocks: Block[] = [];
    for (let repeat = 0; repeat < settings.repeats; repeat++) {
      const stride = repeat === 0 ? settings.stride : 1;
      blocks.push(invertedBlock(`blocks.${stage}.${repeat}`, channels, stride, settings, padding));
      channels = settings.channels;
    }
    groups.push({ name: `blocks.${stage}`, blocks });
  });
  const top: ConvUnit = {
    name: "top.0.conv",
    kind: "full",
    kernel: 1,
    stride: 1,
    padding: padding(1, 1),
    inChannels: channels,
    outChannels: topChannels,
    activation: "relu6",
  };
  groups.push({ name: "top", blocks: [{ name: "top.0", units: [top], residual: false }] });
  return { groups, features: topChannels, epsilon };
}

function invertedBlock(
  name: string,
  inChannels: number,
  stride: number,
  { kernel, expansion, channels: outChannels }: InvertedStage,
  padding: InvertedNetwork["padding"],
): Block {
  const hidden = inChannels * expansion;
  const pointwise = { kind: "full", kernel: 1, stride: 1, padding: padding(1, 1) } as const;
  const units: ConvUnit[] = [];
  if (expansion !== 1) {
    units.push({
      ...pointwise,
      name: `${name}.expand`,
      inChannels,
      outChannels: hidden,
      activation: "relu6",
    });
  }
  units.push({
    name: `${name}.depthwise`,
    kind: "depthwise",
    kernel,
    stride,
    padding: padding(kernel, stride),
    inChannels: hidden,
    outChannels: hidden,
    activation: "relu6",
  });
  units.push({ ...pointwise, name: `${name}.project`, inChannels: hidden, outChannels, activation: "none" });
  return { name, units, residual: stride === 1 && inChannels === outChannels };
}

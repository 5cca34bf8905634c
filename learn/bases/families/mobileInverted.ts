/**
 * Networks of inverted residual blocks with linear bottlenecks (Sandler et al., "MobileNetV2", CVPR 2018): a stem that
 * halves the image, stages of blocks, and a pointwise convolution on top.
 */
import type { Activation } from "../../network/activations.js";
import type { Padding } from "../../network/ops.js";
import type { Architecture, Block, ConvUnit, LayerGroup, SqueezeUnit, Unit } from "../architecture.js";

export interface InvertedStage {
  /** Of the depthwise convolutions. */
  readonly kernel: number;
  /** Of the first block. */
  readonly stride: number;
  /** Factor from a block's input to its hidden channels. */
  readonly expansion: number;
  readonly channels: number;
  readonly repeats: number;
  /** Hidden channels of each block, where no one factor gives them. */
  readonly hidden?: readonly number[];
  /** Squeeze-and-excitation after the depthwise convolutions; there is none where it is not given. */
  readonly squeeze?: Squeeze;
  /** Of these blocks, where it is not the network's. */
  readonly activation?: Activation;
  /**
   * One full convolution instead of the expanding and the depthwise one (Tan & Le, "EfficientNetV2", ICML 2021), and of
   * all three where nothing expands.
   */
  readonly fused?: boolean;
}

export interface Squeeze extends Pick<SqueezeUnit, "activation" | "gate"> {
  /** @param inChannels of the block @param hidden what is gated */
  channels(inChannels: number, hidden: number): number;
}

export interface InvertedNetwork {
  readonly stages: readonly InvertedStage[];
  readonly stemChannels: number;
  readonly topChannels: number;
  readonly padding: (kernel: number, stride: number) => Padding;
  readonly epsilon: number;
  /** ReLU6 where it is not given. */
  readonly activation?: Activation;
}

/** Layer groups `stem`, `blocks.0`… (one a stage) and `top`. */
export function invertedNetwork(network: InvertedNetwork): Architecture {
  const { stages, stemChannels, topChannels, padding, epsilon, activation = "relu6" } = network;
  const stem: ConvUnit = {
    name: "stem.0.conv",
    kind: "full",
    kernel: 3,
    stride: 2,
    padding: padding(3, 2),
    inChannels: 3,
    outChannels: stemChannels,
    activation,
  };
  const groups: LayerGroup[] = [
    { name: "stem", blocks: [{ name: "stem.0", units: [stem], residual: false }] },
  ];
  let channels = stemChannels;
  stages.forEach((settings, stage) => {
    const blocks: Block[] = [];
    for (let repeat = 0; repeat < settings.repeats; repeat++) {
      const stride = repeat === 0 ? settings.stride : 1;
      const hidden = settings.hidden?.[repeat] ?? channels * settings.expansion;
      const sizes = { inChannels: channels, hidden, stride };
      blocks.push(invertedBlock(`blocks.${stage}.${repeat}`, sizes, { activation, ...settings }, padding));
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
    activation,
  };
  groups.push({ name: "top", blocks: [{ name: "top.0", units: [top], residual: false }] });
  return { groups, features: topChannels, epsilon };
}

interface Sizes {
  readonly inChannels: number;
  readonly hidden: number;
  readonly stride: number;
}

function invertedBlock(
  name: string,
  { inChannels, hidden, stride }: Sizes,
  {
    kernel,
    channels: outChannels,
    squeeze,
    activation,
    fused = false,
  }: InvertedStage & { activation: Activation },
  padding: InvertedNetwork["padding"],
): Block {
  const pointwise = { kind: "full", kernel: 1, stride: 1, padding: padding(1, 1) } as const;
  const windows = { kernel, stride, padding: padding(kernel, stride) };
  const residual = stride === 1 && inChannels === outChannels;
  if (fused && hidden === inChannels) {
    const units = [
      { ...windows, kind: "full", name: `${name}.conv`, inChannels, outChannels, activation } as const,
    ];
    return { name, units, residual };
  }
  const units: Unit[] = [];
  if (fused) {
    const expand = { inChannels, outChannels: hidden, activation };
    units.push({ ...windows, kind: "full", name: `${name}.expand`, ...expand });
  } else {
    if (hidden !== inChannels) {
      units.push({ ...pointwise, name: `${name}.expand`, inChannels, outChannels: hidden, activation });
    }
    const depthwise = { inChannels: hidden, outChannels: hidden, activation };
    units.push({ ...windows, kind: "depthwise", name: `${name}.depthwise`, ...depthwise });
  }
  if (squeeze !== undefined) {
    const { gate, channels } = squeeze;
    units.push({
      kind: "squeeze",
      name: `${name}.se`,
      channels: hidden,
      hidden: channels(inChannels, hidden),
      activation: squeeze.activation,
      gate,
    });
  }
  units.push({ ...pointwise, name: `${name}.project`, inChannels: hidden, outChannels, activation: "none" });
  return { name, units, residual };
}

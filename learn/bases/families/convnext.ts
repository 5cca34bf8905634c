/**
 * ConvNeXt (Liu et al., "A ConvNet for the 2020s", CVPR 2022), the first version: depthwise convolutions of 7 × 7, layer
 * norms, GELU, layer scale. The features are normalized after the pooling.
 */
import type { Architecture, Block, ConvUnit, LayerGroup, LayerNormUnit } from "../architecture.js";

export interface ConvNext {
  /** Blocks of the four layer groups above the stem. */
  readonly repeats: readonly [number, number, number, number];
  /** Of the stem and the first layer group; they double from group to group. */
  readonly channels: number;
}

/** Section 3 of the paper; the smaller ones are timm's. */
export const CONVNEXT_TINY: ConvNext = { repeats: [3, 3, 9, 3], channels: 96 };
export const CONVNEXT_NANO: ConvNext = { repeats: [2, 2, 8, 2], channels: 80 };
export const CONVNEXT_PICO: ConvNext = { repeats: [2, 2, 6, 2], channels: 64 };
export const CONVNEXT_FEMTO: ConvNext = { repeats: [2, 2, 6, 2], channels: 48 };
export const CONVNEXT_ATTO: ConvNext = { repeats: [2, 2, 6, 2], channels: 40 };

/** A block's inner channels are this many times as many. */
const EXPANSION = 4;
/** Of all layer norms. */
const EPSILON = 1e-6;

/**
 * Layer groups `stem` and `layer1` to `layer4`: blocks `layer1.0`…, and what halves the image before them,
 * `layer2.downsample`. Pooling and the norm of the features, `layer4.last.norm`, belong to the last one.
 */
export function convNext({ repeats, channels: first }: ConvNext): Architecture {
  const stem: Block = {
    name: "stem.0",
    units: [patches("stem.0.conv", 4, 3, first), layerNorm("stem.0.norm", first)],
    residual: false,
  };
  const groups: LayerGroup[] = [{ name: "stem", blocks: [stem] }];
  let channels = first;
  repeats.forEach((count, group) => {
    const name = `layer${group + 1}`;
    const blocks: Block[] = [];
    if (group > 0) {
      blocks.push(downsample(`${name}.downsample`, channels));
      channels *= 2;
    }
    for (let index = 0; index < count; index++) blocks.push(convNextBlock(`${name}.${index}`, channels));
    if (group === repeats.length - 1) blocks.push(pooledFeatures(`${name}.last`, channels));
    groups.push({ name, blocks });
  });
  // There are no batch norms that would need an epsilon.
  return { groups, features: channels, epsilon: 0 };
}

function convNextBlock(name: string, channels: number): Block {
  const inner = EXPANSION * channels;
  const shared = { stride: 1, padding: "same", offset: "bias" } as const;
  const pointwise = { ...shared, kind: "full", kernel: 1 } as const;
  const wide = { inChannels: channels, outChannels: channels, activation: "none" } as const;
  return {
    name,
    units: [
      { ...shared, ...wide, kind: "depthwise", name: `${name}.depthwise`, kernel: 7 },
      layerNorm(`${name}.norm`, channels),
      {
        ...pointwise,
        ...{ name: `${name}.expand`, inChannels: channels, outChannels: inner, activation: "gelu" },
      },
      {
        ...pointwise,
        ...{ name: `${name}.project`, inChannels: inner, outChannels: channels, activation: "none" },
      },
      { kind: "scale", name: `${name}.scale`, channels },
    ],
    residual: true,
  };
}

function downsample(name: string, channels: number): Block {
  return {
    name,
    units: [layerNorm(`${name}.norm`, channels), patches(`${name}.conv`, 2, channels, 2 * channels)],
    residual: false,
  };
}

function pooledFeatures(name: string, channels: number): Block {
  return {
    name,
    units: [{ kind: "means", name: `${name}.means`, channels }, layerNorm(`${name}.norm`, channels)],
    residual: false,
  };
}

/** A convolution whose windows lie side by side. */
function patches(name: string, side: number, inChannels: number, outChannels: number): ConvUnit {
  return {
    ...{ name, kind: "full", kernel: side, stride: side, padding: 0, inChannels, outChannels },
    ...{ activation: "none", offset: "bias" },
  };
}

function layerNorm(name: string, channels: number): LayerNormUnit {
  return { kind: "layer-norm", name, channels, epsilon: EPSILON };
}

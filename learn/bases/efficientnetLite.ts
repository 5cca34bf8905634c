/**
 * EfficientNet-Lite: MobileNetV2-like blocks without squeeze-and-excitation, ReLU6 everywhere
 * (Tan & Le, "EfficientNet", ICML 2019; the Lite variants of the TensorFlow TPU repository, 2020).
 */
import type { Architecture, Block, ConvUnit, LayerGroup } from "./architecture.js";

interface StageSettings {
  readonly kernel: number;
  readonly stride: number;
  readonly expansion: number;
  readonly channels: number;
  readonly repeats: number;
}

/** Table 1 of the EfficientNet paper. */
const STAGES: readonly StageSettings[] = [
  { kernel: 3, stride: 1, expansion: 1, channels: 16, repeats: 1 },
  { kernel: 3, stride: 2, expansion: 6, channels: 24, repeats: 2 },
  { kernel: 5, stride: 2, expansion: 6, channels: 40, repeats: 2 },
  { kernel: 3, stride: 2, expansion: 6, channels: 80, repeats: 3 },
  { kernel: 5, stride: 1, expansion: 6, channels: 112, repeats: 3 },
  { kernel: 5, stride: 2, expansion: 6, channels: 192, repeats: 4 },
  { kernel: 3, stride: 1, expansion: 6, channels: 320, repeats: 1 },
];

/** The Lite variants do not scale the stem and the top. */
const STEM_CHANNELS = 32;
const TOP_CHANNELS = 1280;
/** Batch norm epsilon of the original TensorFlow models. */
const EPSILON = 1e-3;

/** Channels are scaled by the width factor and rounded to a multiple of 8, never down by more than 10 %. */
function scaleChannels(channels: number, width: number): number {
  const scaled = channels * width;
  const rounded = Math.max(8, Math.floor((scaled + 4) / 8) * 8);
  return rounded < 0.9 * scaled ? rounded + 8 : rounded;
}

function mobileInvertedBlock(
  name: string,
  inChannels: number,
  outChannels: number,
  stride: number,
  settings: StageSettings,
): Block {
  const hidden = inChannels * settings.expansion;
  const pointwise = { kind: "full", kernel: 1, stride: 1 } as const;
  const units: ConvUnit[] = [];
  if (settings.expansion !== 1) {
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
    kernel: settings.kernel,
    stride,
    inChannels: hidden,
    outChannels: hidden,
    activation: "relu6",
  });
  units.push({ ...pointwise, name: `${name}.project`, inChannels: hidden, outChannels, activation: "none" });
  return { name, units, residual: stride === 1 && inChannels === outChannels };
}

/**
 * @param width factor on the channels (Lite0 1.0, Lite1 1.0, Lite2 1.1)
 * @param depth factor on the repeats (Lite0 1.0, Lite1 1.1, Lite2 1.2); first and last stage stay as they are
 */
export function efficientNetLite(width: number, depth: number): Architecture {
  const stem: ConvUnit = {
    name: "stem.0.conv",
    kind: "full",
    kernel: 3,
    stride: 2,
    inChannels: 3,
    outChannels: STEM_CHANNELS,
    activation: "relu6",
  };
  const groups: LayerGroup[] = [
    { name: "stem", blocks: [{ name: "stem.0", units: [stem], residual: false }] },
  ];
  let channels = STEM_CHANNELS;
  STAGES.forEach((settings, stage) => {
    const outChannels = scaleChannels(settings.channels, width);
    const fixed = stage === 0 || stage === STAGES.length - 1;
    const repeats = fixed ? settings.repeats : Math.ceil(settings.repeats * depth);
    const blocks: Block[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const stride = repeat === 0 ? settings.stride : 1;
      blocks.push(mobileInvertedBlock(`blocks.${stage}.${repeat}`, channels, outChannels, stride, settings));
      channels = outChannels;
    }
    groups.push({ name: `blocks.${stage}`, blocks });
  });
  const top: ConvUnit = {
    name: "top.0.conv",
    kind: "full",
    kernel: 1,
    stride: 1,
    inChannels: channels,
    outChannels: TOP_CHANNELS,
    activation: "relu6",
  };
  groups.push({ name: "top", blocks: [{ name: "top.0", units: [top], residual: false }] });
  return { groups, features: TOP_CHANNELS, epsilon: EPSILON };
}

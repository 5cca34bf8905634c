/**
 * EfficientNet-Lite: MobileNetV2-like blocks without squeeze-and-excitation, ReLU6 everywhere
 * (Tan & Le, "EfficientNet", ICML 2019; the Lite variants of the TensorFlow TPU repository, 2020).
 */
import type { Architecture } from "../architecture.js";
import { type InvertedStage, invertedNetwork } from "./mobileInverted.js";
import { scaleChannels, scaleRepeats } from "./scaling.js";
import { CONVENTIONS, type MadeBy } from "./torchConventions.js";

/** Table 1 of the EfficientNet paper. */
const STAGES: readonly InvertedStage[] = [
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

/**
 * @param width factor on the channels (Lite0 1.0, Lite1 1.0, Lite2 1.1, Lite3 1.2, Lite4 1.4)
 * @param depth factor on the repeats (Lite0 1.0, Lite1 1.1, Lite2 1.2, Lite3 1.4, Lite4 1.8); first and last stage stay as they are
 * @param madeBy the published ones are TensorFlow's; timm trained one of its own
 */
export function efficientNetLite(width: number, depth: number, madeBy: MadeBy = "tensorflow"): Architecture {
  const stages = STAGES.map((stage, index) => {
    const fixed = index === 0 || index === STAGES.length - 1;
    return {
      ...stage,
      channels: scaleChannels(stage.channels, width),
      repeats: fixed ? stage.repeats : scaleRepeats(stage.repeats, depth),
    };
  });
  return invertedNetwork({
    stages,
    stemChannels: STEM_CHANNELS,
    topChannels: TOP_CHANNELS,
    ...CONVENTIONS[madeBy],
  });
}

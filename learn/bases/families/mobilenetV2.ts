/** MobileNetV2 at width 1 (Sandler et al., CVPR 2018), padded as in PyTorch unless something else is given. */
import type { Padding } from "../../network/ops.js";
import type { Architecture } from "../architecture.js";
import { type InvertedStage, invertedNetwork } from "./mobileInverted.js";
import { EPSILON, halfKernel } from "./torchConventions.js";

/** Table 2 of the paper. */
const STAGES: readonly InvertedStage[] = [
  { kernel: 3, stride: 1, expansion: 1, channels: 16, repeats: 1 },
  { kernel: 3, stride: 2, expansion: 6, channels: 24, repeats: 2 },
  { kernel: 3, stride: 2, expansion: 6, channels: 32, repeats: 3 },
  { kernel: 3, stride: 2, expansion: 6, channels: 64, repeats: 4 },
  { kernel: 3, stride: 1, expansion: 6, channels: 96, repeats: 3 },
  { kernel: 3, stride: 2, expansion: 6, channels: 160, repeats: 3 },
  { kernel: 3, stride: 1, expansion: 6, channels: 320, repeats: 1 },
];

export function mobileNetV2(
  padding: (kernel: number, stride: number) => Padding = halfKernel,
  epsilon = EPSILON,
): Architecture {
  return invertedNetwork({
    stages: STAGES,
    stemChannels: 32,
    topChannels: 1280,
    padding,
    epsilon,
  });
}

/** MobileNetV3-large at width 1 (Howard et al., "Searching for MobileNetV3", ICCV 2019). */
import type { Architecture } from "../architecture.js";
import { type InvertedStage, invertedNetwork, type Squeeze } from "./mobileInverted.js";
import { scaleChannels } from "./scaling.js";
import { CONVENTIONS, type MadeBy } from "./torchConventions.js";

/** A quarter of the hidden channels, in multiples of 8. */
const SQUEEZE: Squeeze = {
  activation: "relu",
  gate: "hard-sigmoid",
  channels: (_, hidden) => scaleChannels(hidden, 1 / 4),
};

/** Table 1 of the paper; ReLU where images are large. */
const STAGES: readonly InvertedStage[] = [
  { kernel: 3, stride: 1, expansion: 1, channels: 16, repeats: 1, activation: "relu" },
  { kernel: 3, stride: 2, expansion: 4, channels: 24, repeats: 2, hidden: [64, 72], activation: "relu" },
  { kernel: 5, stride: 2, expansion: 3, channels: 40, repeats: 3, activation: "relu", squeeze: SQUEEZE },
  { kernel: 3, stride: 2, expansion: 6, channels: 80, repeats: 4, hidden: [240, 200, 184, 184] },
  { kernel: 3, stride: 1, expansion: 6, channels: 112, repeats: 2, squeeze: SQUEEZE },
  { kernel: 5, stride: 2, expansion: 6, channels: 160, repeats: 3, squeeze: SQUEEZE },
];

/** The features are what is pooled: the layer of 1280 that follows belongs to the pretraining's classifier. */
export function mobileNetV3Large(madeBy: MadeBy): Architecture {
  return invertedNetwork({
    stages: STAGES,
    stemChannels: 16,
    topChannels: 960,
    ...CONVENTIONS[madeBy],
    activation: "hard-swish",
  });
}

/**
 * EfficientNet (Tan & Le, ICML 2019) with squeeze-and-excitation and SiLU, and EfficientNetV2-B0 to B3 ("EfficientNetV2",
 * ICML 2021), whose first stages have fused blocks.
 */
import type { Architecture } from "../architecture.js";
import { type InvertedStage, invertedNetwork, type Squeeze } from "./mobileInverted.js";
import { scaleChannels, scaleRepeats } from "./scaling.js";
import { CONVENTIONS, type MadeBy } from "./torchConventions.js";

/** Factors on channels and repeats. */
export interface Scale {
  readonly width: number;
  readonly depth: number;
}

/** B0 to B3: table 8 of the paper and its code. */
export const EFFICIENTNET_SCALES = [
  { width: 1, depth: 1 },
  { width: 1, depth: 1.1 },
  { width: 1.1, depth: 1.2 },
  { width: 1.2, depth: 1.4 },
] as const satisfies readonly Scale[];

/** A quarter of the block's input. */
const SQUEEZE: Squeeze = {
  activation: "silu",
  gate: "sigmoid",
  channels: (inChannels) => Math.round(inChannels / 4),
};

/** Table 1 of the paper. */
const STAGES: readonly InvertedStage[] = [
  { kernel: 3, stride: 1, expansion: 1, channels: 16, repeats: 1, squeeze: SQUEEZE },
  { kernel: 3, stride: 2, expansion: 6, channels: 24, repeats: 2, squeeze: SQUEEZE },
  { kernel: 5, stride: 2, expansion: 6, channels: 40, repeats: 2, squeeze: SQUEEZE },
  { kernel: 3, stride: 2, expansion: 6, channels: 80, repeats: 3, squeeze: SQUEEZE },
  { kernel: 5, stride: 1, expansion: 6, channels: 112, repeats: 3, squeeze: SQUEEZE },
  { kernel: 5, stride: 2, expansion: 6, channels: 192, repeats: 4, squeeze: SQUEEZE },
  { kernel: 3, stride: 1, expansion: 6, channels: 320, repeats: 1, squeeze: SQUEEZE },
];

/** `V2_BASE_PARAMS` of the publishers' configurations. */
const STAGES_V2: readonly InvertedStage[] = [
  { kernel: 3, stride: 1, expansion: 1, channels: 16, repeats: 1, fused: true },
  { kernel: 3, stride: 2, expansion: 4, channels: 32, repeats: 2, fused: true },
  { kernel: 3, stride: 2, expansion: 4, channels: 48, repeats: 2, fused: true },
  { kernel: 3, stride: 2, expansion: 4, channels: 96, repeats: 3, squeeze: SQUEEZE },
  { kernel: 3, stride: 1, expansion: 6, channels: 112, repeats: 5, squeeze: SQUEEZE },
  { kernel: 3, stride: 2, expansion: 6, channels: 192, repeats: 8, squeeze: SQUEEZE },
];

/** @param madeBy where its weights were trained: the same names, other padding and another epsilon of the norms */
export function efficientNet({ width, depth }: Scale, madeBy: MadeBy): Architecture {
  return scaled(STAGES, { width, depth }, 0.9, madeBy);
}

export function efficientNetV2(scale: Scale): Architecture {
  // The publishers round to the nearest multiple, downwards too.
  return scaled(STAGES_V2, scale, 0, "tensorflow");
}

function scaled(
  stages: readonly InvertedStage[],
  { width, depth }: Scale,
  lowest: number,
  madeBy: MadeBy,
): Architecture {
  const channelsOf = (channels: number): number => scaleChannels(channels, width, lowest);
  return invertedNetwork({
    stages: stages.map((stage) => ({
      ...stage,
      channels: channelsOf(stage.channels),
      repeats: scaleRepeats(stage.repeats, depth),
    })),
    stemChannels: channelsOf(32),
    topChannels: channelsOf(1280),
    activation: "silu",
    ...CONVENTIONS[madeBy],
  });
}

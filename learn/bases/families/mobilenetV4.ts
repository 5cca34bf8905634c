/**
 * MobileNetV4-Conv (Qin et al., "MobileNetV4", ECCV 2024): inverted blocks that may begin with a depthwise convolution and
 * may lack the one in the middle. ReLU, padded as in PyTorch.
 */
import type { Architecture, Block, ConvUnit, LayerGroup } from "../architecture.js";
import { EPSILON, torchUnit } from "./torchConventions.js";

/** A plain convolution. */
interface Plain {
  readonly plain: number;
  readonly stride: number;
  readonly channels: number;
}

/** A universal inverted bottleneck; kernels of its depthwise convolutions, 0 where there is none. */
interface Universal {
  readonly start: number;
  readonly hidden: number;
  readonly middle: number;
  readonly stride: number;
  readonly channels: number;
}

/** A full convolution that expands, and one that projects. */
interface Fused {
  readonly fused: number;
  readonly hidden: number;
  readonly stride: number;
  readonly channels: number;
}

type Row = Plain | Universal | Fused;

export interface MobileNetV4 {
  readonly stages: readonly (readonly Row[])[];
}

const plain = (kernel: number, stride: number, channels: number): Plain => ({
  plain: kernel,
  stride,
  channels,
});
const universal = (
  start: number,
  hidden: number,
  middle: number,
  channels: number,
  stride = 1,
): Universal => ({
  start,
  hidden,
  middle,
  channels,
  stride,
});

const STEM_CHANNELS = 32;
const TOP_CHANNELS = 960;

/** Table 11 of the paper's appendix. */
export const MOBILENETV4_CONV_SMALL: MobileNetV4 = {
  stages: [
    [plain(3, 2, 32), plain(1, 1, 32)],
    [plain(3, 2, 96), plain(1, 1, 64)],
    [
      universal(5, 192, 5, 96, 2),
      universal(0, 192, 3, 96),
      universal(0, 192, 3, 96),
      universal(0, 192, 3, 96),
      universal(0, 192, 3, 96),
      universal(3, 384, 0, 96),
    ],
    [
      universal(3, 576, 3, 128, 2),
      universal(5, 512, 5, 128),
      universal(0, 512, 5, 128),
      universal(0, 384, 5, 128),
      universal(0, 512, 3, 128),
      universal(0, 512, 3, 128),
    ],
  ],
};

/** Table 12. */
export const MOBILENETV4_CONV_MEDIUM: MobileNetV4 = {
  stages: [
    [{ fused: 3, hidden: 128, stride: 2, channels: 48 }],
    [universal(3, 192, 5, 80, 2), universal(3, 160, 3, 80)],
    [
      universal(3, 480, 5, 160, 2),
      universal(3, 640, 3, 160),
      universal(3, 640, 3, 160),
      universal(3, 640, 5, 160),
      universal(3, 640, 3, 160),
      universal(3, 640, 0, 160),
      universal(0, 320, 0, 160),
      universal(3, 640, 0, 160),
    ],
    [
      universal(5, 960, 5, 256, 2),
      universal(5, 1024, 5, 256),
      universal(3, 1024, 5, 256),
      universal(3, 1024, 5, 256),
      universal(0, 1024, 0, 256),
      universal(3, 1024, 0, 256),
      universal(3, 512, 5, 256),
      universal(5, 1024, 5, 256),
      universal(0, 1024, 0, 256),
      universal(0, 1024, 0, 256),
      universal(5, 512, 0, 256),
    ],
  ],
};

/** Layer groups `stem`, `blocks.0` to `blocks.3` and `top`. The features are pooled below timm's `conv_head`. */
export function mobileNetV4({ stages }: MobileNetV4): Architecture {
  const single = (name: string, row: Plain, inChannels: number): Block => ({
    name,
    units: [full(`${name}.conv`, row.plain, row.stride, inChannels, row.channels)],
    residual: false,
  });
  const groups: LayerGroup[] = [{ name: "stem", blocks: [single("stem.0", plain(3, 2, STEM_CHANNELS), 3)] }];
  let channels = STEM_CHANNELS;
  stages.forEach((rows, stage) => {
    const blocks = rows.map((row, index) => {
      const name = `blocks.${stage}.${index}`;
      const block = "plain" in row ? single(name, row, channels) : inverted(name, row, channels);
      channels = row.channels;
      return block;
    });
    groups.push({ name: `blocks.${stage}`, blocks });
  });
  groups.push({ name: "top", blocks: [single("top.0", plain(1, 1, TOP_CHANNELS), channels)] });
  return { groups, features: TOP_CHANNELS, epsilon: EPSILON };
}

function full(
  name: string,
  kernel: number,
  stride: number,
  inChannels: number,
  outChannels: number,
): ConvUnit {
  return torchUnit(name, "full", { kernel, stride, inChannels, outChannels, activation: "relu" });
}

function inverted(name: string, row: Universal | Fused, inChannels: number): Block {
  const { hidden, stride, channels } = row;
  const depthwise = (
    part: string,
    kernel: number,
    among: number,
    pace: number,
    activation: "relu" | "none",
  ) =>
    kernel === 0
      ? []
      : [
          torchUnit(`${name}.${part}`, "depthwise", {
            kernel,
            stride: pace,
            inChannels: among,
            outChannels: among,
            activation,
          }),
        ];
  const project = { ...full(`${name}.project`, 1, 1, hidden, channels), activation: "none" } as const;
  const units: ConvUnit[] =
    "fused" in row
      ? [full(`${name}.expand`, row.fused, stride, inChannels, hidden), project]
      : [
          ...depthwise("start", row.start, inChannels, row.middle === 0 ? stride : 1, "none"),
          full(`${name}.expand`, 1, 1, inChannels, hidden),
          ...depthwise("depthwise", row.middle, hidden, stride, "relu"),
          project,
        ];
  return { name, units, residual: stride === 1 && inChannels === channels };
}

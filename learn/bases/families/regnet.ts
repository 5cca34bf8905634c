/**
 * RegNetX and RegNetY (Radosavovic et al., "Designing network design spaces", CVPR 2020): bottleneck blocks as wide inside
 * as outside, grouped, those of RegNetY with squeeze-and-excitation. Padded as in PyTorch.
 */
import type { Architecture, Block, LayerGroup, Unit } from "../architecture.js";
import { EPSILON, torchUnit } from "./torchConventions.js";

export interface RegNet {
  /** Blocks and channels of the four layer groups above the stem. */
  readonly groups: readonly (readonly [number, number])[];
  /** Channels of a group of the 3 × 3 convolutions. */
  readonly groupWidth: number;
  /** Whether it is a RegNetY. */
  readonly squeezes: boolean;
}

const x = (groupWidth: number, ...groups: RegNet["groups"]): RegNet => ({
  groups,
  groupWidth,
  squeezes: false,
});
const y = (groupWidth: number, ...groups: RegNet["groups"]): RegNet => ({
  groups,
  groupWidth,
  squeezes: true,
});

/** What the design spaces' formula gives, as timm 1.0.31 and torchvision 0.27.1 compute it. */
export const REGNETX008 = x(16, [1, 64], [3, 128], [7, 288], [5, 672]);
export const REGNETX016 = x(24, [2, 72], [4, 168], [10, 408], [2, 912]);
export const REGNETX032 = x(48, [2, 96], [6, 192], [15, 432], [2, 1008]);
/** The paper's; torchvision's `regnet_y_800mf`, `regnety_008_tv` in timm, is a little wider. */
export const REGNETY008 = y(16, [1, 64], [3, 128], [8, 320], [2, 768]);
export const REGNETY008_TORCHVISION = y(16, [1, 64], [3, 144], [8, 320], [2, 784]);
export const REGNETY016 = y(24, [2, 48], [6, 120], [17, 336], [2, 888]);
export const REGNETY032 = y(24, [2, 72], [5, 216], [13, 576], [1, 1512]);

const STEM_CHANNELS = 32;
/** Hidden channels of squeeze-and-excitation, of the block's input. */
const SQUEEZED = 1 / 4;

/** Layer groups `stem` and `layer1` to `layer4`, timm's `s1` to `s4`. */
export function regNet({ groups: sizes, groupWidth, squeezes }: RegNet): Architecture {
  const stem: Block = {
    name: "stem.0",
    units: [
      torchUnit("stem.0.conv", "full", {
        kernel: 3,
        stride: 2,
        inChannels: 3,
        outChannels: STEM_CHANNELS,
        activation: "relu",
      }),
    ],
    residual: false,
  };
  const groups: LayerGroup[] = [{ name: "stem", blocks: [stem] }];
  let channels = STEM_CHANNELS;
  sizes.forEach(([repeats, width], group) => {
    const name = `layer${group + 1}`;
    const blocks: Block[] = [];
    for (let index = 0; index < repeats; index++) {
      const stride = index === 0 ? 2 : 1;
      const hidden = squeezes ? Math.round(SQUEEZED * channels) : undefined;
      blocks.push(regNetBlock(`${name}.${index}`, channels, width, stride, width / groupWidth, hidden));
      channels = width;
    }
    groups.push({ name, blocks });
  });
  return { groups, features: channels, epsilon: EPSILON };
}

/** @param hidden channels of squeeze-and-excitation, where there is one */
function regNetBlock(
  name: string,
  inChannels: number,
  channels: number,
  stride: number,
  groups: number,
  hidden: number | undefined,
): Block {
  const same = { kernel: 1, stride: 1, inChannels: channels, outChannels: channels } as const;
  const middle = torchUnit(`${name}.conv2`, "full", { ...same, kernel: 3, stride, activation: "relu" });
  const squeeze: readonly Unit[] =
    hidden === undefined
      ? []
      : [{ kind: "squeeze", name: `${name}.se`, channels, hidden, activation: "relu", gate: "sigmoid" }];
  const projection = torchUnit(`${name}.downsample`, "full", {
    ...same,
    stride,
    inChannels,
    activation: "none",
  });
  return {
    name,
    units: [
      torchUnit(`${name}.conv1`, "full", { ...same, inChannels, activation: "relu" }),
      { ...middle, kind: "grouped", groups },
      ...squeeze,
      torchUnit(`${name}.conv3`, "full", { ...same, activation: "none" }),
    ],
    residual: true,
    activation: "relu",
    ...(stride !== 1 || inChannels !== channels ? { projection } : {}),
  };
}

/**
 * Residual networks (He et al., "Deep residual learning", CVPR 2016), padded as in PyTorch. The bottleneck
 * blocks have their stride in the 3 × 3 convolution, as torchvision and timm have it ("ResNet v1.5"). ResNeXt (Xie et al.,
 * CVPR 2017) is one whose 3 × 3 convolutions are grouped, and wider.
 */
import type { Activation } from "../../network/activations.js";
import type { Architecture, Block, LayerGroup } from "../architecture.js";
import { EPSILON, torchUnit } from "./torchConventions.js";

export interface ResidualNetwork {
  readonly block: "basic" | "bottleneck";
  /** Blocks of the four layer groups above the stem. */
  readonly repeats: readonly [number, number, number, number];
  /** Of the stem and of the first group's 3 × 3 convolutions; they double from group to group. 64 in the paper. */
  readonly channels?: number;
  /** Of a bottleneck's 3 × 3 convolutions: groups, and their channels in the first layer group. */
  readonly grouped?: { readonly groups: number; readonly width: number };
  /** Which convolution of a bottleneck block has the stride; the second, where it is not given. */
  readonly strideIn?: 1 | 2;
  /** {@link EPSILON} where it is not given. */
  readonly epsilon?: number;
}

/** Table 1 of the paper. */
export const RESNET18: ResidualNetwork = { block: "basic", repeats: [2, 2, 2, 2] };
export const RESNET34: ResidualNetwork = { block: "basic", repeats: [3, 4, 6, 3] };
export const RESNET50: ResidualNetwork = { block: "bottleneck", repeats: [3, 4, 6, 3] };
/** Table 1 of the ResNeXt paper. */
export const RESNEXT50: ResidualNetwork = { ...RESNET50, grouped: { groups: 32, width: 4 } };

/** As in the paper, with the stride in the first convolution ("v1"), and the epsilon of `keras.applications.resnet`. */
export const RESNET50_KERAS: ResidualNetwork = { ...RESNET50, strideIn: 1, epsilon: 1.001e-5 };

/** A bottleneck block has this many times more channels outside than inside. */
const EXPANSION = { basic: 1, bottleneck: 4 } as const;

/** Layer groups `stem` and `layer1` to `layer4`, blocks and convolutions named as in torchvision. */
export function resNet({
  block,
  repeats,
  channels = 64,
  grouped,
  strideIn = 2,
  epsilon = EPSILON,
}: ResidualNetwork): Architecture {
  const stem: Block = {
    name: "stem.0",
    units: [unit("stem.0.conv", 7, 2, 3, channels, "relu")],
    residual: false,
    pool: { kernel: 3, stride: 2, padding: 1 },
  };
  const groups: LayerGroup[] = [{ name: "stem", blocks: [stem] }];
  let inChannels = channels;
  repeats.forEach((count, group) => {
    const name = `layer${group + 1}`;
    const planes = channels * 2 ** group;
    const outChannels = planes * EXPANSION[block];
    const inner = grouped === undefined ? planes : grouped.groups * grouped.width * 2 ** group;
    const blocks: Block[] = [];
    for (let index = 0; index < count; index++) {
      const stride = index === 0 && group > 0 ? 2 : 1;
      const sizes = { inChannels, inner, outChannels, stride, strideIn };
      blocks.push(residualBlock(`${name}.${index}`, block, sizes, grouped?.groups));
      inChannels = outChannels;
    }
    groups.push({ name, blocks });
  });
  return { groups, features: inChannels, epsilon };
}

interface Sizes {
  readonly inChannels: number;
  readonly inner: number;
  readonly outChannels: number;
  readonly stride: number;
  readonly strideIn: 1 | 2;
}

function residualBlock(
  name: string,
  kind: ResidualNetwork["block"],
  { inChannels, inner, outChannels, stride, strideIn }: Sizes,
  groups: number | undefined,
): Block {
  const [first, second] = strideIn === 1 ? [stride, 1] : [1, stride];
  const middle = unit(`${name}.conv2`, 3, second, inner, inner, "relu");
  const units =
    kind === "basic"
      ? [
          unit(`${name}.conv1`, 3, stride, inChannels, inner, "relu"),
          unit(`${name}.conv2`, 3, 1, inner, outChannels, "none"),
        ]
      : [
          unit(`${name}.conv1`, 1, first, inChannels, inner, "relu"),
          groups === undefined ? middle : { ...middle, kind: "grouped" as const, kernel: 3, groups },
          unit(`${name}.conv3`, 1, 1, inner, outChannels, "none"),
        ];
  const projection = unit(`${name}.downsample`, 1, stride, inChannels, outChannels, "none");
  const isProjected = stride !== 1 || inChannels !== outChannels;
  return { name, units, residual: true, activation: "relu", ...(isProjected ? { projection } : {}) };
}

function unit(
  name: string,
  kernel: number,
  stride: number,
  inChannels: number,
  outChannels: number,
  activation: Activation,
) {
  return torchUnit(name, "full", { kernel, stride, inChannels, outChannels, activation });
}

/**
 * Residual networks (He et al., "Deep residual learning", CVPR 2016), padded as in PyTorch. The bottleneck
 * blocks have their stride in the 3 × 3 convolution, as torchvision and timm have it ("ResNet v1.5").
 */
import type { Activation } from "../network/ops.js";
import type { Architecture, Block, ConvUnit, LayerGroup } from "./architecture.js";
import { EPSILON, halfKernel } from "./torchConventions.js";

export interface ResidualNetwork {
  readonly block: "basic" | "bottleneck";
  /** Blocks of the four layer groups above the stem. */
  readonly repeats: readonly [number, number, number, number];
  /** Of the stem and of the first group's 3 × 3 convolutions; they double from group to group. 64 in the paper. */
  readonly channels?: number;
  /** Which convolution of a bottleneck block has the stride; the second, where it is not given. */
  readonly strideIn?: 1 | 2;
  /** {@link EPSILON} where it is not given. */
  readonly epsilon?: number;
}

/** Table 1 of the paper. */
export const RESNET18: ResidualNetwork = { block: "basic", repeats: [2, 2, 2, 2] };
export const RESNET34: ResidualNetwork = { block: "basic", repeats: [3, 4, 6, 3] };
export const RESNET50: ResidualNetwork = { block: "bottleneck", repeats: [3, 4, 6, 3] };

/** As in the paper, with the stride in the first convolution ("v1"), and the epsilon of `keras.applications.resnet`. */
export const RESNET50_KERAS: ResidualNetwork = { ...RESNET50, strideIn: 1, epsilon: 1.001e-5 };

/** A bottleneck block has this many times more channels outside than inside. */
const EXPANSION = { basic: 1, bottleneck: 4 } as const;

/** Layer groups `stem` and `layer1` to `layer4`, blocks and convolutions named as in torchvision. */
export function resNet({
  block,
  repeats,
  channels = 64,
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
    const inner = channels * 2 ** group;
    const blocks: Block[] = [];
    for (let index = 0; index < count; index++) {
      const stride = index === 0 && group > 0 ? 2 : 1;
      blocks.push(residualBlock(`${name}.${index}`, block, inChannels, inner, stride, strideIn));
      inChannels = inner * EXPANSION[block];
    }
    groups.push({ name, blocks });
  });
  return { groups, features: inChannels, epsilon };
}

function residualBlock(
  name: string,
  kind: ResidualNetwork["block"],
  inChannels: number,
  inner: number,
  stride: number,
  strideIn: 1 | 2,
): Block {
  const [first, second] = strideIn === 1 ? [stride, 1] : [1, stride];
  const outChannels = inner * EXPANSION[kind];
  const units =
    kind === "basic"
      ? [
          unit(`${name}.conv1`, 3, stride, inChannels, inner, "relu"),
          unit(`${name}.conv2`, 3, 1, inner, outChannels, "none"),
        ]
      : [
          unit(`${name}.conv1`, 1, first, inChannels, inner, "relu"),
          unit(`${name}.conv2`, 3, second, inner, inner, "relu"),
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
): ConvUnit {
  return {
    name,
    kind: "full",
    kernel,
    stride,
    padding: halfKernel(kernel, stride),
    inChannels,
    outChannels,
    activation,
  };
}

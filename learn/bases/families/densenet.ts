/** Densely connected networks (Huang et al., CVPR 2017): each layer's output is put beside its input. Padded as in PyTorch. */
import type { Architecture, Block, LayerGroup } from "../architecture.js";
import { EPSILON, torchUnit } from "./torchConventions.js";

export interface DenseNetwork {
  /** Layers of the four dense blocks. */
  readonly repeats: readonly number[];
  /** Channels that each layer adds. */
  readonly growth: number;
  readonly stemChannels: number;
  /** {@link EPSILON} where it is not given. */
  readonly epsilon?: number;
}

/** Table 1 of the paper. */
export const DENSENET121: DenseNetwork = { repeats: [6, 12, 24, 16], growth: 32, stemChannels: 64 };

/** Padding and pooling are the same there; the epsilon is that of `keras.applications.densenet`. */
export const DENSENET121_KERAS: DenseNetwork = { ...DENSENET121, epsilon: 1.001e-5 };

/** A layer's pointwise convolution has this many times the growth. */
const BOTTLENECK = 4;

/**
 * Layer groups `stem` and `layer1` to `layer4`: a dense block each, `layer1.0`…, and what halves the image before it,
 * `layer2.transition`. The last batch norm, `layer4.last.norm`, belongs to the last one.
 */
export function denseNet({ repeats, growth, stemChannels, epsilon = EPSILON }: DenseNetwork): Architecture {
  const stem: Block = {
    name: "stem.0",
    units: [
      torchUnit("stem.0.conv", "full", {
        kernel: 7,
        stride: 2,
        inChannels: 3,
        outChannels: stemChannels,
        activation: "relu",
      }),
    ],
    residual: false,
    pool: { kernel: 3, stride: 2, padding: 1 },
  };
  const groups: LayerGroup[] = [{ name: "stem", blocks: [stem] }];
  let channels = stemChannels;
  repeats.forEach((count, group) => {
    const name = `layer${group + 1}`;
    const blocks: Block[] = [];
    if (group > 0) {
      blocks.push(transition(`${name}.transition`, channels, channels / 2));
      channels /= 2;
    }
    for (let index = 0; index < count; index++) {
      blocks.push(denseLayer(`${name}.${index}`, channels, growth));
      channels += growth;
    }
    if (group === repeats.length - 1) {
      const last = `${name}.last`;
      const norm = { kind: "norm", name: `${last}.norm`, channels, activation: "relu" } as const;
      blocks.push({ name: last, units: [norm], residual: false });
    }
    groups.push({ name, blocks });
  });
  return { groups, features: channels, epsilon };
}

/** Batch norms come before the convolutions; that of the second one follows the first one, so it is a part of that unit. */
function denseLayer(name: string, inChannels: number, growth: number): Block {
  const inner = BOTTLENECK * growth;
  const grown = { kernel: 3, stride: 1, inChannels: inner, outChannels: growth } as const;
  const branch = [
    { kind: "norm", name: `${name}.norm1`, channels: inChannels, activation: "relu" } as const,
    torchUnit(`${name}.conv1`, "full", {
      kernel: 1,
      stride: 1,
      inChannels,
      outChannels: inner,
      activation: "relu",
    }),
    { ...torchUnit(`${name}.conv2`, "full", { ...grown, activation: "none" }), offset: "none" as const },
  ];
  return { name, units: [{ kind: "concat", name, branches: [[], branch] }], residual: false };
}

function transition(name: string, inChannels: number, outChannels: number): Block {
  const pointwise = { kernel: 1, stride: 1, inChannels, outChannels, activation: "none" } as const;
  return {
    name,
    units: [
      { kind: "norm", name: `${name}.norm`, channels: inChannels, activation: "relu" },
      { ...torchUnit(`${name}.conv`, "full", pointwise), offset: "none" },
      { kind: "average", name: `${name}.pool`, kernel: 2, stride: 2, padding: 0 },
    ],
    residual: false,
  };
}

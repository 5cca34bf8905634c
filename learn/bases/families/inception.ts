/**
 * Inception-v3 (Szegedy et al., "Rethinking the Inception architecture", CVPR 2016) as torchvision has it: blocks of
 * branches side by side, some with kernels of 1 × 7 and 7 × 1. The auxiliary classifier is left out.
 */
import type { Padding } from "../../network/ops.js";
import type { Architecture, Block, ConvUnit, KernelSize, PoolUnit, Unit } from "../architecture.js";

/** Of the original TensorFlow models. */
const EPSILON = 1e-3;

interface Convolved {
  readonly name: string;
  readonly kernel?: KernelSize;
  readonly stride?: number;
  readonly channels: number;
  /** Without padding where it is 0. */
  readonly padding?: "same" | 0;
}

/** Convolutions in sequence. */
function chain(block: string, inChannels: number, rows: readonly Convolved[]): readonly ConvUnit[] {
  let channels = inChannels;
  return rows.map(({ name, kernel = 1, stride = 1, channels: outChannels, padding = "same" }) => {
    const unit: ConvUnit = {
      name: `${block}.${name}`,
      kind: "full",
      kernel,
      stride,
      padding,
      inChannels: channels,
      outChannels,
      activation: "relu",
    };
    channels = outChannels;
    return unit;
  });
}

const LARGEST = { kind: "max", kernel: 3, stride: 2, padding: 0 } as const;

const pooled = (block: string, inChannels: number, channels: number, padding: Padding): readonly Unit[] => [
  { kind: "average", name: `${block}.pool`, kernel: 3, stride: 1, padding } satisfies PoolUnit,
  ...chain(block, inChannels, [{ name: "branch_pool", channels }]),
];

function mixed(name: string, branches: readonly (readonly Unit[])[]): Block {
  return { name, units: [{ kind: "concat", name, branches }], residual: false };
}

/** 35 × 35 pixels. */
function blockA(name: string, input: number, poolChannels: number, means: Padding): Block {
  return mixed(name, [
    chain(name, input, [{ name: "branch1x1", channels: 64 }]),
    chain(name, input, [
      { name: "branch5x5_1", channels: 48 },
      { name: "branch5x5_2", kernel: 5, channels: 64 },
    ]),
    chain(name, input, [
      { name: "branch3x3dbl_1", channels: 64 },
      { name: "branch3x3dbl_2", kernel: 3, channels: 96 },
      { name: "branch3x3dbl_3", kernel: 3, channels: 96 },
    ]),
    pooled(name, input, poolChannels, means),
  ]);
}

/** Halves 35 × 35. */
function blockB(name: string, input: number): Block {
  return mixed(name, [
    chain(name, input, [{ name: "branch3x3", kernel: 3, stride: 2, padding: 0, channels: 384 }]),
    chain(name, input, [
      { name: "branch3x3dbl_1", channels: 64 },
      { name: "branch3x3dbl_2", kernel: 3, channels: 96 },
      { name: "branch3x3dbl_3", kernel: 3, stride: 2, padding: 0, channels: 96 },
    ]),
    [{ ...LARGEST, name: `${name}.pool` }],
  ]);
}

/** 17 × 17 pixels. @param c channels of the convolutions of 7 */
function blockC(name: string, input: number, c: number, means: Padding): Block {
  return mixed(name, [
    chain(name, input, [{ name: "branch1x1", channels: 192 }]),
    chain(name, input, [
      { name: "branch7x7_1", channels: c },
      { name: "branch7x7_2", kernel: [1, 7], channels: c },
      { name: "branch7x7_3", kernel: [7, 1], channels: 192 },
    ]),
    chain(name, input, [
      { name: "branch7x7dbl_1", channels: c },
      { name: "branch7x7dbl_2", kernel: [7, 1], channels: c },
      { name: "branch7x7dbl_3", kernel: [1, 7], channels: c },
      { name: "branch7x7dbl_4", kernel: [7, 1], channels: c },
      { name: "branch7x7dbl_5", kernel: [1, 7], channels: 192 },
    ]),
    pooled(name, input, 192, means),
  ]);
}

/** Halves 17 × 17. */
function blockD(name: string, input: number): Block {
  return mixed(name, [
    chain(name, input, [
      { name: "branch3x3_1", channels: 192 },
      { name: "branch3x3_2", kernel: 3, stride: 2, padding: 0, channels: 320 },
    ]),
    chain(name, input, [
      { name: "branch7x7x3_1", channels: 192 },
      { name: "branch7x7x3_2", kernel: [1, 7], channels: 192 },
      { name: "branch7x7x3_3", kernel: [7, 1], channels: 192 },
      { name: "branch7x7x3_4", kernel: 3, stride: 2, padding: 0, channels: 192 },
    ]),
    [{ ...LARGEST, name: `${name}.pool` }],
  ]);
}

/** 8 × 8 pixels. */
function blockE(name: string, input: number, means: Padding): Block {
  const apart = (part: string, from: number, a: string, b: string): Unit => ({
    kind: "concat",
    name: `${name}.${part}`,
    branches: [
      chain(name, from, [{ name: a, kernel: [1, 3], channels: 384 }]),
      chain(name, from, [{ name: b, kernel: [3, 1], channels: 384 }]),
    ],
  });
  return mixed(name, [
    chain(name, input, [{ name: "branch1x1", channels: 320 }]),
    [
      ...chain(name, input, [{ name: "branch3x3_1", channels: 384 }]),
      apart("branch3x3", 384, "branch3x3_2a", "branch3x3_2b"),
    ],
    [
      ...chain(name, input, [
        { name: "branch3x3dbl_1", channels: 448 },
        { name: "branch3x3dbl_2", kernel: 3, channels: 384 },
      ]),
      apart("branch3x3dbl", 384, "branch3x3dbl_3a", "branch3x3dbl_3b"),
    ],
    pooled(name, input, 192, means),
  ]);
}

/**
 * Layer groups `stem` and `layer1` to `layer3`, torchvision's `Mixed_5`, `Mixed_6` and `Mixed_7`.
 * @param means padding of the means of 3 × 3 pixels: a pixel of zeros, which count, or as Keras has it "same", where they do not
 */
export function inceptionV3(means: Padding = 1): Architecture {
  const stem: Block[] = [
    {
      name: "stem.0",
      units: chain("stem.0", 3, [
        { name: "conv1", kernel: 3, stride: 2, padding: 0, channels: 32 },
        { name: "conv2", kernel: 3, padding: 0, channels: 32 },
        { name: "conv3", kernel: 3, channels: 64 },
      ]),
      residual: false,
      pool: LARGEST,
    },
    {
      name: "stem.1",
      units: chain("stem.1", 64, [
        { name: "conv1", channels: 80 },
        { name: "conv2", kernel: 3, padding: 0, channels: 192 },
      ]),
      residual: false,
      pool: LARGEST,
    },
  ];
  return {
    groups: [
      { name: "stem", blocks: stem },
      {
        name: "layer1",
        blocks: [
          blockA("layer1.0", 192, 32, means),
          blockA("layer1.1", 256, 64, means),
          blockA("layer1.2", 288, 64, means),
        ],
      },
      {
        name: "layer2",
        blocks: [
          blockB("layer2.0", 288),
          blockC("layer2.1", 768, 128, means),
          blockC("layer2.2", 768, 160, means),
          blockC("layer2.3", 768, 160, means),
          blockC("layer2.4", 768, 192, means),
        ],
      },
      {
        name: "layer3",
        blocks: [blockD("layer3.0", 768), blockE("layer3.1", 1280, means), blockE("layer3.2", 2048, means)],
      },
    ],
    features: 2048,
    epsilon: EPSILON,
  };
}

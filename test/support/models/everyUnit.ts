/** A small network of every kind of unit and activation, to export. */
import type { Architecture, Block, ConvUnit, Unit } from "../../../learn/bases/architecture.js";
import { unitsOf } from "../../../learn/bases/architecture.js";
import { unitParameters } from "../../../learn/bases/unitParameters.js";
import type { Activation } from "../../../learn/network/activations.js";
import { type Parameters, sizeOf } from "../../../learn/network/parameters.js";
import { uniform } from "../../unit/learn/uniform.js";
import { type MadeUpModel, predicted } from "./madeUpModel.js";

const CHANNELS = 6;

/** Of {@link CHANNELS} channels, pointwise. */
function conv(name: string, activation: Activation): Extract<ConvUnit, { kind: "full" | "depthwise" }> {
  return {
    name,
    kind: "full",
    kernel: 1,
    stride: 1,
    padding: "same",
    inChannels: CHANNELS,
    outChannels: CHANNELS,
    activation,
  };
}

const block = (name: string, units: readonly Unit[], residual = false): Block => ({ name, units, residual });
const channels = CHANNELS;

const resize = (name: string, from: number, to: number) =>
  ({ kind: "resize", name, channels, from, to, coordinates: "half_pixel" }) as const;

const BLOCKS: readonly Block[] = [
  block("stem", [{ ...conv("stem.conv", "silu"), kernel: 3, stride: 2, padding: 1, inChannels: 3 }]),
  block("grouped", [
    { ...conv("grouped.a", "relu"), kind: "grouped", kernel: 3, groups: 2, padding: 1 },
    { ...conv("grouped.b", "relu6"), kind: "grouped", kernel: 3, groups: 3, stride: 2, padding: 1 },
    { kind: "squeeze", name: "grouped.se", channels, hidden: 4, activation: "relu", gate: "hard-sigmoid" },
  ]),
  block(
    "gated",
    [
      { ...conv("gated.a", "hard-swish"), kind: "depthwise", kernel: 5 },
      { kind: "squeeze", name: "gated.se", channels, hidden: 3, activation: "silu", gate: "sigmoid" },
    ],
    true,
  ),
  block("dense", [
    {
      kind: "concat",
      name: "dense",
      branches: [
        [],
        [
          { kind: "norm", name: "dense.norm", channels, activation: "relu" },
          { ...conv("dense.conv", "none"), kernel: 3, offset: "none", outChannels: 2 },
        ],
        [
          { kind: "average", name: "dense.means", kernel: 3, stride: 1, padding: 1 },
          { ...conv("dense.last", "leaky-relu-0.1"), kernel: [1, 7], outChannels: 4 },
        ],
        [{ kind: "average", name: "dense.near", kernel: 3, stride: 1, padding: "same" }],
      ],
    },
    { kind: "average", name: "dense.pool", kernel: 2, stride: 2, padding: 0 },
    { ...conv("dense.narrow", "gelu-tanh"), inChannels: 18 },
    { kind: "max", name: "dense.largest", kernel: 3, stride: 1, padding: 1 },
  ]),
  block(
    "next",
    [
      { ...conv("next.a", "none"), kind: "depthwise", kernel: 7, offset: "bias" },
      { kind: "layer-norm", name: "next.norm", channels, epsilon: 1e-6 },
      { ...conv("next.b", "gelu"), offset: "bias" },
      { ...conv("next.c", "hard-sigmoid"), offset: "bias" },
      { ...conv("next.d", "sigmoid"), kernel: [7, 1] },
      { kind: "scale", name: "next.scale", channels },
    ],
    true,
  ),
  {
    ...block("normed", [
      { ...conv("group.a", "none"), kernel: 3, offset: "none" },
      { kind: "group-norm", name: "group.norm", channels, groups: 2, epsilon: 1e-5, activation: "relu" },
    ]),
    residual: true,
    shortcut: [
      { kind: "average", name: "group.means", kernel: 3, stride: 1, padding: "same" },
      { ...conv("group.short", "none"), offset: "none" },
      { kind: "group-norm", name: "group.each", channels, groups: 6, epsilon: 1e-3, activation: "none" },
    ],
  },
  block("woven", [
    {
      kind: "graph",
      name: "woven.graph",
      images: [
        { inputs: [0], units: [{ kind: "choice", name: "woven.some", channels, chosen: [4, 0, 4] }] },
        {
          inputs: [1],
          units: [
            { kind: "average", name: "woven.small", kernel: 2, stride: 2, padding: 0 },
            { ...resize("woven.larger", 2, 4), mode: "linear", channels: 3 },
          ],
        },
        { inputs: [1, 2], join: "multiply", units: [] },
        { inputs: [0], units: [{ kind: "choice", name: "woven.others", channels, chosen: [1, 2, 5] }] },
        { inputs: [3, 4], join: "concat", activation: "relu", units: [] },
        {
          inputs: [5],
          units: [
            { kind: "means", name: "woven.means", channels },
            { kind: "channel-conv", name: "woven.along", channels, kernel: 3 },
            { ...conv("woven.gate", "sigmoid"), offset: "bias" },
          ],
        },
        { inputs: [5, 6], join: "multiply", spread: 6, units: [] },
        { inputs: [6, 7], join: "add", spread: 6, units: [] },
        {
          inputs: [8, 0, 5],
          join: "add",
          units: [
            { ...resize("woven.odd", 4, 7), mode: "nearest", coordinates: "asymmetric", rounding: "floor" },
          ],
        },
      ],
    },
  ]),
  block("features", [
    { kind: "means", name: "features.means", channels },
    { kind: "layer-norm", name: "features.norm", channels, epsilon: 1e-6 },
  ]),
];

export const EVERY_UNIT: Architecture = {
  groups: [{ name: "all", blocks: BLOCKS }],
  features: CHANNELS,
  epsilon: 1e-3,
};

export function everyUnitParameters(): Parameters {
  const all = EVERY_UNIT.groups.flatMap(unitsOf).flatMap(unitParameters);
  return new Map(
    all.map(({ name, shape, isLearnt }) => {
      const isFactor = !isLearnt || name.endsWith(".gamma");
      const values = uniform(name, sizeOf(shape));
      // Of what is normalized last: wide enough that the probabilities are far from flat.
      const width = name === "features.norm.gamma" ? 5 : 1;
      return [
        name,
        { shape, data: Float32Array.from(values, (u) => (isFactor ? width * (0.5 + u) : 1.5 * (u - 0.5))) },
      ];
    }),
  );
}

/** For pictures of 29 pixels: odd ones at each stride. */
export function modelOfEveryUnit(): MadeUpModel {
  const input = { cropFraction: 1, kernel: "linear", pixelScale: { mean: 127, deviation: 32 } } as const;
  return predicted(EVERY_UNIT, { ...input, size: 29 }, everyUnitParameters(), 29);
}

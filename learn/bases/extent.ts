/** How large activations are, from unit to unit. Images and all that is made of them are square. */

import type { Pooling } from "../network/ops.js";
import { type Architecture, type Block, type GraphUnit, kernelSize, type Unit } from "./architecture.js";

/** Activations `[side, side, channels]`. */
export interface Extent {
  readonly side: number;
  readonly channels: number;
}

/** Is told of each unit, those within branches too, before what follows it. */
export type Visit = (unit: Unit, input: Extent, output: Extent) => void;

/** RGB. */
const IMAGE_CHANNELS = 3;

/** Side of the square output of a convolution or pooling, for an input of side `side`. */
export function windowsAlong(side: number, { kernel, stride, padding }: Pooling): number {
  return padding === "same"
    ? Math.ceil(side / stride)
    : Math.floor((side + 2 * padding - kernel) / stride) + 1;
}

function through(unit: Unit, input: Extent, visit: Visit): Extent {
  const output = outputOf(unit, input, visit);
  visit(unit, input, output);
  return output;
}

function outputOf(unit: Unit, input: Extent, visit: Visit): Extent {
  switch (unit.kind) {
    case "full":
    case "depthwise":
    case "grouped": {
      const [kernel, columns] = kernelSize(unit);
      if (kernel !== columns && unit.padding !== "same") throw new Error(`${unit.name} gives no square`);
      return { side: windowsAlong(input.side, { ...unit, kernel }), channels: unit.outChannels };
    }
    case "max":
    case "average":
      return { ...input, side: windowsAlong(input.side, unit) };
    case "means":
      return { ...sameChannels(unit, input), side: 1 };
    case "concat": {
      const ends = unit.branches.map((branch) => inSequence(branch, input, visit));
      const side = ends[0]?.side ?? 0;
      if (ends.some((end) => end.side !== side))
        throw new Error(`the branches of ${unit.name} differ in size`);
      return { side, channels: ends.reduce((sum, { channels }) => sum + channels, 0) };
    }
    case "choice":
      return { ...sameChannels(unit, input), channels: unit.chosen.length };
    case "resize":
      if (input.side !== unit.from) throw new Error(`${unit.name} gets another side than ${unit.from}`);
      return { ...sameChannels(unit, input), side: unit.to };
    case "graph":
      return graphOutput(unit, input, visit);
    case "channel-conv":
    case "norm":
    case "layer-norm":
    case "group-norm":
    case "response-norm":
    case "squeeze":
    case "scale":
      return sameChannels(unit, input);
  }
}

function graphOutput({ name, images }: GraphUnit, input: Extent, visit: Visit): Extent {
  const extents = [input];
  for (const { inputs, join, spread, units } of images) {
    const given = inputs.map((index) => extents[index] as Extent);
    const wide = given.filter((_, i) => inputs[i] !== spread);
    const [first] = wide;
    const channels =
      join === "concat" ? given.reduce((sum, one) => sum + one.channels, 0) : (first?.channels ?? 0);
    const isFitting = given.every(
      (one, i) =>
        one.side === (inputs[i] === spread ? 1 : first?.side) &&
        (join === "concat" || one.channels === channels),
    );
    if (first === undefined || !isFitting) throw new Error(`the images of ${name} differ in size`);
    extents.push(inSequence(units, { side: first.side, channels }, visit));
  }
  return extents.at(-1) ?? input;
}

function sameChannels(
  { name, channels }: { readonly name: string; readonly channels: number },
  input: Extent,
) {
  if (channels !== input.channels)
    throw new Error(`${name} gets ${input.channels} channels instead of ${channels}`);
  return input;
}

function inSequence(units: readonly Unit[], input: Extent, visit: Visit): Extent {
  return units.reduce((extent, unit) => through(unit, extent, visit), input);
}

function throughBlock(
  { units, projection, shortcut = [], pool }: Block,
  input: Extent,
  visit: Visit,
): Extent {
  if (projection !== undefined) through(projection, input, visit);
  inSequence(shortcut, input, visit);
  const { side, channels } = inSequence(units, input, visit);
  return { side: pool === undefined ? side : windowsAlong(side, pool), channels };
}

/**
 * What layer groups `[from, to)` make of `input`.
 * @param visit is told of every unit on the way
 */
export function throughGroups(
  { groups }: Architecture,
  from: number,
  to: number,
  input: Extent,
  visit: Visit = () => {},
): Extent {
  const blocks = groups.slice(from, to).flatMap((group) => group.blocks);
  return blocks.reduce((extent, block) => throughBlock(block, extent, visit), input);
}

/** What enters layer group `group`, for an image of `inputSize` by `inputSize` pixels. */
export function extentAt(architecture: Architecture, group: number, inputSize: number): Extent {
  return throughGroups(architecture, 0, group, { side: inputSize, channels: IMAGE_CHANNELS });
}

/** Side of the square output of layer groups `[from, to)`, for an input of side `side` in pixels. */
export function outputSide(architecture: Architecture, from: number, to: number, side: number): number {
  const { channels } = extentAt(architecture, from, side);
  return throughGroups(architecture, from, to, { side, channels }).side;
}

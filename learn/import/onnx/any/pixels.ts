/**
 * Pixels taken out of an image: parts of its rows and columns, every second one, and blocks of pixels that become channels.
 * All are kernels of a single one, which computes the same.
 */
import type { Step, StepIndex } from "./steps.js";
import {
  type Blocks,
  type Cut,
  extents,
  type Following,
  type Image,
  imageOf,
  type Places,
  settled,
  type Value,
} from "./values.js";

export const CUT = "thaw takes as many rows as columns out of an image";

/** Farther from the edge it is no step of a network, and would take many multiplications with nought. */
const MOST_AWAY = 32;

export const allOf = (side: number): Places => ({ first: 0, count: side, step: 1 });

/** Places of places. */
export function placesOf({ first, count, step }: Places, start: number, end: number, by: number): Places {
  const at = (place: number): number => Math.min(Math.max(place < 0 ? place + count : place, 0), count);
  const [begin, behind] = [at(start), at(end)];
  return {
    first: first + begin * step,
    count: Math.max(0, Math.ceil((behind - begin) / by)),
    step: step * by,
  };
}

/** The image where as many rows as columns are left, else what is to be cut further. */
export function cutOut({ base, layout, rows, columns }: Omit<Cut, "is">, following: Following): Image | Cut {
  const { channels, side } = following.steps[base] as Step;
  const isWhole = (along: Places): boolean => along.count === side && along.step === 1;
  if (isWhole(rows) && isWhole(columns)) return imageOf(base, following.label, layout);
  if (rows.count !== columns.count || rows.step !== columns.step)
    return { is: "cut", base, layout, rows, columns };
  const { count, step: stride } = rows;
  const least = Math.max(rows.first, columns.first);
  const size = Math.max(least, side - count * stride) + 1;
  if (count < 1 || size > MOST_AWAY)
    throw following.refuse(
      `of ${side} rows and columns it takes ${count}, from number ${rows.first + 1} and ${columns.first + 1} on`,
      `thaw takes parts that end at most ${MOST_AWAY} pixels from the edge of an image`,
    );
  following.spend(4 * channels * size ** 2);
  const data = new Float32Array(channels * size ** 2);
  for (let channel = 0; channel < channels; channel++)
    data[(channel * size + rows.first) * size + columns.first] = 1;
  const kernel = { shape: [channels, 1, size, size], data };
  const made = { from: following.label, channels, side: count, groups: channels, stride, padding: 0 };
  const input = following.add({ ...made, kind: "conv", input: base, kernel, isFixed: true });
  return imageOf(input, following.label, layout);
}

/** Blocks of `size` × `size` pixels become channels: `SpaceToDepth`, of which the channels of one pixel stay together. */
export function spaceToDepth(value: Value, following: Following): Value | undefined {
  if (value.is !== "image") return undefined;
  if (value.layout !== "first") throw following.refuse("the channels of its input come last");
  const size = following.node.integers.get("blocksize")?.[0] ?? 0;
  const base = settled(value, following);
  const { side } = following.steps[base] as Step;
  if (size < 1 || side % size !== 0)
    throw following.refuse(`it makes blocks of ${size} pixels of an image of ${side}`);
  return blocksJoined({ is: "blocks", base, size, order: DEPTH }, following);
}

/** Axes of an image with blocks: pictures, channels, rows of blocks, rows within, columns of blocks, columns within. */
const ROWS = 2;
const COLUMNS = 4;
const DEPTH = [3, 5, 1];

/** @returns undefined for a shape that is none of blocks */
export function inBlocks(base: StepIndex, full: readonly number[], { steps }: Following): Blocks | undefined {
  const { channels, side } = steps[base] as Step;
  const [own, rows = 0, size = 0, columns, other, more] = full;
  const isOfBlocks = own === channels && rows === columns && size === other && more === undefined;
  return isOfBlocks && size > 1 && rows * size === side ? { is: "blocks", base, size } : undefined;
}

export function blocksTurned(value: Blocks, perm: readonly number[], { refuse }: Following): Blocks {
  const [pictures, first = 0, second = 0, third = 0, rows, columns, more] = perm;
  const order = [first, second, third];
  const isOfChannels = [1, 3, 5].every((axis) => order.includes(axis));
  if (
    value.order !== undefined ||
    pictures !== 0 ||
    rows !== ROWS ||
    columns !== COLUMNS ||
    !isOfChannels ||
    more !== undefined
  )
    throw refuse(`it puts the axes of blocks of pixels into the order ${extents(perm)}`, BLOCKS);
  return { ...value, order };
}

export const BLOCKS = "thaw follows blocks of pixels that become channels, as SpaceToDepth has it";

/** @param value with the axes that become channels in their order */
export function blocksJoined({ base, size, order = [] }: Blocks, following: Following): Image {
  const { channels, side } = following.steps[base] as Step;
  const extentOf = (axis: number): number => (axis === 1 ? channels : size);
  const made = channels * size ** 2;
  following.spend(4 * made * channels * size ** 2);
  const data = new Float32Array(made * channels * size ** 2);
  for (let output = 0; output < made; output++) {
    const at = new Map<number, number>();
    let left = output;
    for (const axis of order.toReversed()) {
      at.set(axis, left % extentOf(axis));
      left = Math.floor(left / extentOf(axis));
    }
    const [channel = 0, row = 0, column = 0] = [1, 3, 5].map((axis) => at.get(axis));
    data[((output * channels + channel) * size + row) * size + column] = 1;
  }
  const kernel = { shape: [made, channels, size, size], data };
  const step = {
    from: following.label,
    channels: made,
    side: side / size,
    groups: 1,
    stride: size,
    padding: 0,
  };
  const input = following.add({ ...step, kind: "conv", input: base, kernel, isFixed: true });
  return imageOf(input, following.label);
}

/** Operators that move numbers: transposing, flattening, parting and joining channels. */

import { meansOf } from "./gates/means.js";
import { responseOf, ungrouped } from "./imageNorms.js";
import { selected } from "./images.js";
import { meanOfChannels, PARTS } from "./moments.js";
import { BLOCKS, blocksJoined, blocksTurned, inBlocks } from "./pixels.js";
import type { Step } from "./steps.js";
import { MOST_AXES } from "./tensors.js";
import {
  type Blocks,
  type Constant,
  extents,
  type Following,
  type Head,
  type Image,
  imageOf,
  listOf,
  row,
  settled,
  type Value,
} from "./values.js";

type Given = readonly (Value | undefined)[];

/** The number of pictures, which no graph is asked about. */
export const ANY = Number.NaN;

const headOf = (source: number, following: Following): Head => {
  following.cut(source);
  return { is: "head", sources: new Set([source]) };
};

export function transposed(value: Value, following: Following): Value | undefined {
  const perm = following.node.integers.get("perm") ?? [];
  const order = perm.join(" ");
  if (value.is === "constant") return turnedWeights(value, perm, following);
  if (value.is === "parted") {
    if (value.isTurned || order !== "0 2 1 3 4") throw following.refuse("it is no shuffle of channels");
    return { ...value, isTurned: true };
  }
  if (value.is === "blocks") return blocksTurned(value, perm, following);
  if (value.is === "means") {
    const isOfPicture = perm[0] === 0 && perm.length === value.shape.length + 1;
    const turned = (own: readonly number[]): number[] => perm.slice(1).map((axis) => own[axis - 1] ?? 1);
    const { stretched } = value;
    return isOfPicture
      ? {
          ...value,
          shape: turned(value.shape),
          ...(stretched === undefined ? {} : { stretched: turned(stretched) }),
        }
      : undefined;
  }
  if (value.is !== "image") return undefined;
  if (order === "0 1 2 3") return value;
  const wanted = value.layout === "first" ? "0 2 3 1" : "0 3 1 2";
  if (order !== wanted)
    throw following.refuse(`it puts the axes of an image into the order ${extents(perm)}`);
  return { ...value, layout: value.layout === "first" ? "last" : "first" };
}

/** Weights, as PyTorch keeps the matrix of a fully connected layer the other way round, and TensorFlow kernels. */
function turnedWeights(
  { tensor, shape }: Constant,
  perm: readonly number[],
  { refuse }: Following,
): Constant {
  const order = perm.length === 0 ? shape.map((_, axis) => axis).reverse() : perm;
  const isOrder = order.length === shape.length && shape.every((_, axis) => order.includes(axis));
  if (!isOrder || shape.length > MOST_AXES) throw refuse("it gives weights axes that they do not have");
  const turned = order.map((axis) => shape[axis] ?? 0);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const steps = order.map((axis) => strides[axis] ?? 0);
  const read = () => {
    const { data } = tensor.read();
    const own = new Float32Array(data.length);
    const place = new Array<number>(turned.length).fill(0);
    let from = 0;
    for (let i = 0; i < own.length; i++) {
      own[i] = data[from] ?? Number.NaN;
      // The next place, the last axis first.
      for (let axis = turned.length - 1; axis >= 0; axis--) {
        const [next, step] = [(place[axis] ?? 0) + 1, steps[axis] ?? 0];
        if (next < (turned[axis] ?? 0)) {
          place[axis] = next;
          from += step;
          break;
        }
        from -= step * (next - 1);
        place[axis] = 0;
      }
    }
    return { shape: turned, data: own };
  };
  return { is: "constant", shape: turned, tensor: { ...tensor, shape: turned, read } };
}

export function reshaped(value: Value, inputs: Given, following: Following): Value | undefined {
  const shape = listOf(inputs, 1, "shape", following);
  if (value.is === "parted") return shuffled(value, shape, following);
  if (value.is === "grouped") {
    const { channels, side } = following.steps[value.base] as Step;
    const own = [channels, side, side];
    const [, ...rest] = shape ?? [];
    return ungrouped(value, filledIn(rest, own, channels * side * side), following);
  }
  if (value.is === "blocks" && value.order !== undefined) return depthOf(value, shape, following);
  if (value.is !== "image") return undefined;
  const { channels, side } = following.steps[value.base] as Step;
  const [batch = ANY, ...rest] = shape ?? [];
  const own = value.layout === "first" ? [channels, side, side] : [side, side, channels];
  const known = own.reduce((a, b) => a * b, 1);
  const full = filledIn(rest, own, known);
  if (shape === undefined || full === undefined || !isOfPictures(batch, rest, following))
    throw following.refuse("it gives an image a shape that thaw does not follow");
  if (full.join(" ") === own.join(" ")) return value;
  if (full.length === 1) return headOf(settled(value, following), following);
  const [groups = 0, each = 0, rows = 0, columns = 0] = full;
  if (value.layout === "first" && full.length === 2 && channels % groups === 0)
    return { is: "grouped", base: settled(value, following), groups };
  if (
    value.layout === "first" &&
    full.length === 4 &&
    groups * each === channels &&
    rows === side &&
    columns === side
  ) {
    return { is: "parted", base: settled(value, following), groups, isTurned: false };
  }
  const blocks = value.layout === "first" ? inBlocks(settled(value, following), full, following) : undefined;
  if (blocks !== undefined) return blocks;
  throw following.refuse(
    `it makes ${extents(full)} numbers of an image of ${extents(own)}`,
    "thaw follows shuffles of channels, blocks of pixels that become channels, and flattening only",
  );
}

/** Whether the first extent of a shape is that of the pictures: open, copied, what is left, or their number. */
export function isOfPictures(batch: number, rest: readonly number[], { pictures }: Following): boolean {
  if (Number.isNaN(batch) || batch === 0) return true;
  return batch === -1 ? !rest.includes(-1) : batch === (Number.isNaN(pictures) ? 1 : pictures);
}

/** A shape without the number of pictures, of so many numbers. */
export function filledIn(
  rest: readonly number[],
  own: readonly number[],
  known: number,
): readonly number[] | undefined {
  const copied = rest.map((extent, i) => (extent === 0 ? (own[i] ?? 0) : extent));
  const open = copied.filter((extent) => extent === -1).length;
  const product = copied.reduce((a, b) => (b === -1 ? a : a * b), 1);
  const full = copied.map((extent) => (extent === -1 ? known / product : extent));
  const isWhole = open <= 1 && full.every((extent) => Number.isInteger(extent) && extent >= 1);
  return isWhole && full.reduce((a, b) => a * b, 1) === known ? full : undefined;
}

function depthOf(value: Blocks, shape: readonly number[] | undefined, following: Following): Image {
  const { channels, side } = following.steps[value.base] as Step;
  const own = [channels * value.size ** 2, side / value.size, side / value.size];
  const [batch = ANY, ...rest] = shape ?? [];
  const full = filledIn(rest, own, channels * side * side);
  if (full?.join(" ") !== own.join(" ") || !isOfPictures(batch, rest, following))
    throw following.refuse("it makes something else than channels of blocks of pixels", BLOCKS);
  return blocksJoined(value, following);
}

function shuffled(
  { base, groups, isTurned }: Extract<Value, { is: "parted" }>,
  shape: readonly number[] | undefined,
  following: Following,
): Image {
  const { channels, side } = following.steps[base] as Step;
  const own = [channels, side, side];
  const full = filledIn((shape ?? []).slice(1), own, channels * side * side);
  if (full?.join(" ") !== own.join(" ")) throw following.refuse("it is no shuffle of channels");
  const each = channels / groups;
  const order = Array.from({ length: channels }, (_, i) =>
    isTurned ? (i % groups) * each + Math.floor(i / groups) : i,
  );
  return selected(base, order, following);
}

export function flattened(value: Value, following: Following): Value | undefined {
  const isOfEach = (following.node.integers.get("axis")?.[0] ?? 1) === 1;
  if (value.is === "means")
    return isOfEach && value.stretched === undefined ? { ...value, shape: [value.chain.outputs] } : undefined;
  if (value.is !== "image") return undefined;
  if (!isOfEach) throw following.refuse("it flattens over several pictures");
  return headOf(settled(value, following), following);
}

/** Means over rows and columns, or over the channels of each pixel. */
export function reduced(value: Value, inputs: Given, following: Following): Value | undefined {
  if (value.is !== "image" && value.is !== "moment" && value.is !== "response") return undefined;
  const listed = listOf(inputs, 1, "axes", following) ?? [];
  if (value.is === "response") return responseOf(value, listed, following);
  if (following.node.operator === "ReduceL2")
    return value.is === "image" ? responseOf(value, listed, following) : undefined;
  const axes = listed.map((axis) => (axis < 0 ? axis + 4 : axis));
  const isMean = following.node.operator === "ReduceMean";
  const [area, channels] = value.layout === "first" ? ["2 3", "1"] : ["1 2", "3"];
  const over = [...axes].sort().join(" ");
  if (isMean && over === channels) return meanOfChannels(value, following);
  if (over !== area || value.is !== "image")
    throw following.refuse(
      "it is over other axes than rows and columns",
      value.is === "moment" ? PARTS : undefined,
    );
  const source = settled(value, following);
  const step = following.steps[source] as Step;
  const keeps = (following.node.integers.get("keepdims")?.[0] ?? 1) === 1;
  const kept = value.layout === "first" ? [step.channels, 1, 1] : [1, 1, step.channels];
  if (isMean) return meansOf(source, step, keeps ? kept : [step.channels]);
  return headOf(source, following);
}

export function joined(values: readonly Value[], following: Following): Value | undefined {
  const images = values.filter((value): value is Image => value.is === "image");
  const [first] = images;
  if (first === undefined) return undefined;
  const axis = following.node.integers.get("axis")?.[0] ?? 1;
  const channelsAt = first.layout === "first" ? [1, -3] : [3, -1];
  const isOfImages = images.length === values.length && images.every(({ layout }) => layout === first.layout);
  if (!isOfImages || !channelsAt.includes(axis))
    throw following.refuse("it puts other things together than the channels of images");
  const inputs = images.map((image) => settled(image, following));
  if (inputs.length === 1) return imageOf(inputs[0] ?? 0, following.label, first.layout);
  const given = inputs.map((input) => following.steps[input] as Step);
  const { side } = given[0] as Step;
  if (!given.every((step) => step.side === side)) throw following.refuse("its images are of different sizes");
  const channels = given.reduce((sum, step) => sum + step.channels, 0);
  const from = following.label;
  return imageOf(following.add({ kind: "concat", inputs, from, channels, side }), from, first.layout);
}

/** Stretches of the channels, one for each output. */
export function split(value: Value, inputs: Given, following: Following): readonly Value[] | undefined {
  if (value.is !== "image") return undefined;
  const { node, refuse } = following;
  const axis = node.integers.get("axis")?.[0] ?? 0;
  const { channels } = following.steps[value.base] as Step;
  const isOfChannels = (value.layout === "first" ? [1, -3] : [3, -1]).includes(axis);
  const parts = node.outputs.length;
  const sizes =
    listOf(inputs, 1, "split", following) ?? new Array<number>(parts).fill(Math.ceil(channels / parts));
  if (!isOfChannels || sizes.length !== parts || sizes.reduce((a, b) => a + b, 0) !== channels)
    throw refuse("it parts something else than the channels of an image");
  const input = settled(value, following);
  let begin = 0;
  return sizes.map((size) => {
    const from = begin;
    begin += size;
    const image = selected(
      input,
      Array.from({ length: size }, (_, i) => from + i),
      following,
    );
    return { ...image, layout: value.layout };
  });
}

/** Channels by number. */
export function gathered(value: Value, inputs: Given, following: Following): Value | undefined {
  const places = listOf(inputs, 1, "indices", following) ?? [];
  const axis = following.node.integers.get("axis")?.[0] ?? 0;
  if (value.is !== "image") return undefined;
  if (!(value.layout === "first" ? [1, -3] : [3, -1]).includes(axis))
    throw following.refuse("it takes a part of an image, not of its channels");
  const input = settled(value, following);
  const { channels } = following.steps[input] as Step;
  const image = selected(
    input,
    places.map((at) => (at < 0 ? at + channels : at)),
    following,
  );
  const chosen: Image = { ...image, layout: value.layout };
  // One number, not a list of one, takes the axis away.
  const [, indices] = inputs;
  const isAlone = (indices?.is === "constant" || indices?.is === "numbers") && indices.shape.length === 0;
  return isAlone ? { is: "channel", image: chosen } : chosen;
}

/** A channel with its axis again. */
export function unsqueezed(value: Value, inputs: Given, following: Following): Value | undefined {
  if (value.is !== "channel") return undefined;
  const [axis, other] = listOf(inputs, 1, "axes", following) ?? [];
  const isAxis = (value.image.layout === "first" ? [1, -3] : [3, -1]).includes(axis ?? Number.NaN);
  if (!isAxis || other !== undefined)
    throw following.refuse("it gives one channel another axis than that of channels");
  return value.image;
}

/** All extents, or those from `start` to before `end`. */
export function shapeOf(value: Value, following: Following): Value | undefined {
  const shape = extentsOf(value, following);
  const { integers } = following.node;
  return shape === undefined
    ? undefined
    : row(shape.slice(integers.get("start")?.[0], integers.get("end")?.[0]));
}

function extentsOf(value: Value, { steps }: Following): readonly number[] | undefined {
  if (value.is === "constant" || value.is === "numbers") return value.shape;
  if (value.is === "means") return [ANY, ...(value.stretched ?? value.shape)];
  if (value.is !== "image" || value.pads !== undefined) return undefined;
  const { channels, side } = steps[value.base] as Step;
  return value.layout === "first" ? [ANY, channels, side, side] : [ANY, side, side, channels];
}

/** The same numbers in another shape. */
export function constantReshaped(value: Constant, inputs: Given, following: Following): Value {
  const { node, refuse } = following;
  const axes = listOf(inputs, 1, "axes", following);
  switch (node.operator) {
    case "Unsqueeze": {
      const shape = [...value.shape];
      const rank = shape.length + (axes?.length ?? 0);
      for (const axis of [...(axes ?? [])].map((one) => (one < 0 ? one + rank : one)).sort((a, b) => a - b))
        shape.splice(axis, 0, 1);
      return { ...value, shape };
    }
    case "Squeeze":
      return {
        ...value,
        shape: value.shape.filter(
          (extent, i) =>
            !(
              extent === 1 &&
              (axes === undefined || axes.includes(i) || axes.includes(i - value.shape.length))
            ),
        ),
      };
    case "Reshape": {
      const wanted = listOf(inputs, 1, "shape", following) ?? [];
      const full = filledIn(
        wanted,
        value.shape,
        value.shape.reduce((a, b) => a * b, 1),
      );
      if (full === undefined) throw refuse("it gives weights a shape that they do not fill");
      return { ...value, shape: full };
    }
    default:
      return value;
  }
}

export function averaged(image: Image, following: Following): Value {
  if (image.layout !== "first") throw following.refuse("the channels of its input come last");
  const source = settled(image, following);
  return meansOf(source, following.steps[source] as Step);
}

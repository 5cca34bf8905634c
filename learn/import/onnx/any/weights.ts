/**
 * Weights that a graph computes of others, as standardised ones (Qiao et al., arXiv 1903.10520; Brock et al., ICLR 2021): what
 * comes out is a weight like any other. Nothing is computed before somebody takes it, and every number is counted then.
 */
import { sizeOf } from "../../../network/parameters.js";
import { BINARY, unaryOf } from "./elementwise.js";
import { axisOf, MOST_AXES } from "./tensors.js";
import { type Constant, constantOf, type Following, listOf, type Value } from "./values.js";

/** Weights are made of weights in so many steps at most: each is a call within another. */
const MOST_DEPTH = 64;

/** What a read costs besides its numbers: weights of weights of one number each are read again and again. */
const READ = 64;

interface Numbers {
  readonly shape: readonly number[];
  read(): Float32Array;
}

/** @returns undefined where something else than weights goes in, or the operator computes none of them */
export function computedWeights(
  inputs: readonly (Value | undefined)[],
  following: Following,
): Constant | undefined {
  const weights = inputs.map((value) =>
    value?.is === "numbers" && !value.values.some(Number.isNaN) ? constantOf(value) : value,
  );
  const [first] = weights;
  if (first?.is !== "constant" || !weights.every((one) => one?.is === "constant")) return undefined;
  const constants = weights as readonly Constant[];
  const depth = 1 + Math.max(...constants.map(({ depth: own = 0 }) => own));
  if (depth > MOST_DEPTH)
    throw following.refuse(`it makes weights of weights in more than ${MOST_DEPTH} steps`);
  const made = madeOf(
    constants.map((one) => numbersOf(one)),
    inputs,
    following,
  );
  if (made === undefined) return undefined;
  const { shape } = made;
  const read = () => {
    following.spend(READ + 4 * sizeOf(shape));
    return { shape, data: made.read() };
  };
  const integers = (): readonly number[] => {
    throw following.refuse("it computes what has to be whole numbers");
  };
  return { is: "constant", shape, depth, tensor: { shape, type: "float32", read, integers } };
}

const numbersOf = ({ shape, tensor }: Constant): Numbers => ({
  shape,
  read: () => (tensor.type === undefined ? Float32Array.from(tensor.integers()) : tensor.read().data),
});

function madeOf(
  given: readonly Numbers[],
  inputs: readonly (Value | undefined)[],
  following: Following,
): Numbers | undefined {
  const { operator, integers } = following.node;
  const [first, second] = given;
  if (first === undefined || given.some(({ shape }) => !isShape(shape))) return undefined;
  const binary = Object.hasOwn(BINARY, operator) ? BINARY[operator] : undefined;
  if (binary !== undefined) {
    return second === undefined || given.length > 2 ? undefined : combined(first, second, binary);
  }
  if (operator === "BatchNormalization") return normalized(given, following);
  const summing = REDUCED[operator];
  if (summing !== undefined) {
    const listed = listOf(inputs, 1, "axes", following) ?? first.shape.map((_, axis) => axis);
    const keeps = (integers.get("keepdims")?.[0] ?? 1) !== 0;
    return reduced(first, listed, keeps, summing);
  }
  if (!UNARY.has(operator)) return undefined;
  const of = unaryOf(following, inputs);
  return of === undefined || given.length > 1
    ? undefined
    : { shape: first.shape, read: () => first.read().map(of) };
}

const UNARY = new Set(["Sqrt", "Reciprocal", "Neg", "Abs", "Exp"]);

const isShape = (shape: readonly number[]): boolean =>
  shape.length <= MOST_AXES && shape.every((extent) => extent >= 1);

/** What each number becomes before the sum, and the sum of so many. */
type Summing = readonly [before: (x: number) => number, after: (sum: number, count: number) => number];

const REDUCED: Readonly<Record<string, Summing>> = {
  ReduceSum: [(x) => x, (sum) => sum],
  ReduceMean: [(x) => x, (sum, count) => sum / count],
  ReduceSumSquare: [(x) => x * x, (sum) => sum],
  ReduceL2: [(x) => x * x, Math.sqrt],
};

/** How far apart neighbours along each axis lie; none where the axis has one. */
function stridesOf(shape: readonly number[], rank: number): readonly number[] {
  const all = [...new Array<number>(rank - shape.length).fill(1), ...shape];
  return all.map((extent, axis) => (extent === 1 ? 0 : all.slice(axis + 1).reduce((a, b) => a * b, 1)));
}

/** Calls `of` with where each place of `shape` lies, row-major, by the strides. */
function walk(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  of: (place: number, at: readonly number[]) => void,
): void {
  const place = new Array<number>(shape.length).fill(0);
  const at = strides.map(() => 0);
  const size = sizeOf(shape);
  for (let i = 0; i < size; i++) {
    of(i, at);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (place[axis] ?? 0) + 1;
      const isLast = next === shape[axis];
      place[axis] = isLast ? 0 : next;
      for (let k = 0; k < at.length; k++) {
        const stride = strides[k]?.[axis] ?? 0;
        at[k] = (at[k] ?? 0) + (isLast ? -stride * (next - 1) : stride);
      }
      if (!isLast) break;
    }
  }
}

/** As broadcasting does it, of two of which one is as large as what comes out. */
function combined(a: Numbers, b: Numbers, of: (a: number, b: number) => number): Numbers | undefined {
  const rank = Math.max(a.shape.length, b.shape.length);
  const extent = ({ shape }: Numbers, axis: number): number => shape[axis - rank + shape.length] ?? 1;
  const shape = Array.from({ length: rank }, (_, axis) => Math.max(extent(a, axis), extent(b, axis)));
  const fits = (one: Numbers): boolean =>
    shape.every((wanted, axis) => extent(one, axis) === wanted || extent(one, axis) === 1);
  const size = sizeOf(shape);
  if (!fits(a) || !fits(b) || (sizeOf(a.shape) !== size && sizeOf(b.shape) !== size)) return undefined;
  return {
    shape,
    read: () => {
      const [left, right] = [a.read(), b.read()];
      // Nothing to broadcast.
      if (left.length === size && right.length === size)
        return left.map((one, i) => of(one, right[i] ?? Number.NaN));
      const made = new Float32Array(size);
      walk(shape, [stridesOf(a.shape, rank), stridesOf(b.shape, rank)], (i, [one = 0, other = 0]) => {
        made[i] = of(left[one] ?? Number.NaN, right[other] ?? Number.NaN);
      });
      return made;
    },
  };
}

function reduced(
  x: Numbers,
  listed: readonly number[],
  keeps: boolean,
  [before, after]: Summing,
): Numbers | undefined {
  const rank = x.shape.length;
  const axes = new Set(listed.map((axis) => axisOf(axis, rank)));
  if (axes.has(undefined)) return undefined;
  const kept = x.shape.map((extent, axis) => (axes.has(axis) ? 1 : extent));
  const count = sizeOf(x.shape) / sizeOf(kept);
  return {
    shape: keeps ? kept : kept.filter((_, axis) => !axes.has(axis)),
    read: () => {
      const [data, sums] = [x.read(), new Float64Array(sizeOf(kept))];
      walk(x.shape, [stridesOf(kept, rank)], (i, [place = 0]) => {
        sums[place] = (sums[place] ?? 0) + before(data[i] ?? Number.NaN);
      });
      return Float32Array.from(sums, (sum) => after(sum, count));
    },
  };
}

/** Of the second axis, by statistics that are given, or in training by those of what goes in. */
function normalized(given: readonly Numbers[], { node }: Following): Numbers | undefined {
  const [x, gamma, beta, mean, variance] = given;
  if (x === undefined || gamma === undefined || beta === undefined) return undefined;
  if (mean === undefined || variance === undefined || x.shape.length < 2) return undefined;
  const channels = x.shape[1] ?? 0;
  if ([gamma, beta, mean, variance].some(({ shape }) => sizeOf(shape) !== channels)) return undefined;
  const epsilon = node.floats.get("epsilon") ?? 1e-5;
  const isTraining = (node.integers.get("training_mode")?.[0] ?? 0) !== 0;
  const within = sizeOf(x.shape.slice(2));
  const channelOf = (i: number): number => Math.floor(i / within) % channels;
  return {
    shape: x.shape,
    read: () => {
      const data = x.read();
      const [factors, shifts] = [gamma.read(), beta.read()];
      const [means, variances] = isTraining
        ? statisticsOf(data, channels, channelOf)
        : [mean.read(), variance.read()];
      return data.map((value, i) => {
        const c = channelOf(i);
        const spread = Math.sqrt((variances[c] ?? Number.NaN) + epsilon);
        return (
          ((value - (means[c] ?? Number.NaN)) / spread) * (factors[c] ?? Number.NaN) +
          (shifts[c] ?? Number.NaN)
        );
      });
    },
  };
}

function statisticsOf(data: Float32Array, channels: number, channelOf: (i: number) => number) {
  const [means, squares] = [new Float64Array(channels), new Float64Array(channels)];
  const count = data.length / channels;
  data.forEach((value, i) => {
    means[channelOf(i)] = (means[channelOf(i)] ?? 0) + value / count;
  });
  data.forEach((value, i) => {
    const c = channelOf(i);
    squares[c] = (squares[c] ?? 0) + (value - (means[c] ?? 0)) ** 2 / count;
  });
  return [means, squares] as const;
}

/**
 * What a graph computes of the picture's extents and of small constants – paddings, shapes, norms that a detector froze –
 * is computed here, as far as it is a few numbers; so what takes them takes numbers.
 */
import type { OnnxNode } from "../node.js";
import { BINARY, unaryOf } from "./elementwise.js";
import {
  axisOf,
  combined,
  countOf,
  MOST_NUMBERS,
  shaped,
  stretched,
  type Tensor,
  taken,
  together,
  turned,
} from "./tensors.js";
import { constantOf, type Following, numbersOf, type Value } from "./values.js";

type Given = readonly (Tensor | undefined)[];
type Fold = (
  given: Given,
  following: Following,
  values: readonly (Value | undefined)[],
) => Tensor | undefined;

/** @returns undefined for what is made of images, is too much, or is not known */
export function folded(inputs: readonly (Value | undefined)[], following: Following): Value | undefined {
  const { node, spend } = following;
  const fold = FOLDS.get(node.operator);
  if (fold === undefined || inputs.length === 0) return undefined;
  const given: (Tensor | undefined)[] = [];
  for (const value of inputs) {
    const tensor = value === undefined ? undefined : tensorOf(value, following);
    if (tensor === undefined && value !== undefined) return undefined;
    given.push(tensor);
  }
  const made = fold(given, following, inputs);
  if (made === undefined) return undefined;
  spend(8 * made.values.length);
  const numbers = { is: "numbers", ...made } as const;
  // What no extent is in are weights as others.
  if (made.isWhole || inputs.some((value) => value?.is === "numbers")) return numbers;
  const before = Math.max(...inputs.map((value) => (value?.is === "constant" ? (value.depth ?? 0) : 0)));
  const depth = before + (MOVES.has(node.operator) ? 0 : 1);
  return { ...constantOf(numbers), ...(depth === 0 ? {} : { depth }) };
}

/** What changes no number. */
const MOVES = new Set([
  ...["Identity", "Cast", "Gather", "Unsqueeze", "Squeeze", "Reshape", "Concat", "ConstantOfShape"],
  ...["Slice", "Transpose", "Expand"],
]);

function tensorOf(value: Value, following: Following): Tensor | undefined {
  if (value.is === "numbers") return value;
  if (value.is !== "constant" || countOf(value.shape) === undefined) return undefined;
  const { shape, tensor } = value;
  return tensor.type === undefined
    ? { shape, values: tensor.integers(), isWhole: true }
    : { shape, values: [...numbersOf(value, following)], isWhole: false };
}

const wholeOf = (given: Given): boolean => given.every((one) => one?.isWhole !== false);

/** Of whole numbers, or of float32. */
const rounded = (value: number, isWhole: boolean): number =>
  isWhole ? Math.trunc(value) : Math.fround(value);

const all = (given: Given): readonly Tensor[] | undefined =>
  given.every((one) => one !== undefined) ? (given as readonly Tensor[]) : undefined;

/** @param of what is unknown makes what comes out unknown */
function each(of: (...values: number[]) => number, isTruth = false): Fold {
  return (given) => {
    const tensors = all(given);
    if (tensors === undefined) return undefined;
    const isWhole = isTruth || wholeOf(given);
    return combined(tensors, isWhole, (values) =>
      values.some(Number.isNaN) ? Number.NaN : rounded(of(...values), isWhole),
    );
  };
}

const truth = (of: (...values: number[]) => boolean): Fold =>
  each((...values) => (of(...values) ? 1 : 0), true);

/** Of the sign of the divisor, or with `fmod` of the dividend. */
const modulo: Fold = (given, following, values) => {
  const isC = (following.node.integers.get("fmod")?.[0] ?? 0) !== 0;
  return each((a, b) => (isC ? a % b : a - b * Math.floor(a / b)))(given, following, values);
};

const one: Fold = ([x], following, inputs) => {
  const of = unaryOf(following, inputs);
  if (x === undefined || of === undefined) return undefined;
  return combined([x], x.isWhole, ([value = Number.NaN]) => rounded(of(value), x.isWhole));
};

const where: Fold = ([condition, yes, no]) =>
  condition === undefined || yes === undefined || no === undefined
    ? undefined
    : combined([condition, yes, no], yes.isWhole && no.isWhole, ([is = Number.NaN, a, b]) => {
        if (Number.isNaN(is)) return a === b ? (a ?? Number.NaN) : Number.NaN;
        return (is === 0 ? b : a) ?? Number.NaN;
      });

/** Float types of `TensorProto.DataType`. */
export const FLOATS = new Set([1, 10, 11, 16]);
/** That of truths. */
const TRUTH = 9;

const cast: Fold = ([x], { node }) => {
  const to = node.integers.get("to")?.[0] ?? 0;
  if (x === undefined) return undefined;
  const isWhole = !FLOATS.has(to);
  const of = (value: number): number =>
    to === TRUTH && !Number.isNaN(value) ? Number(value !== 0) : rounded(value, isWhole);
  return combined([x], isWhole, ([value = Number.NaN]) => of(value));
};

const listed = (
  given: Given,
  at: number,
  name: string,
  { integers }: OnnxNode,
): readonly number[] | undefined => given[at]?.values ?? integers.get(name);

const gather: Fold = ([x, places], { node }) => {
  const axis = axisOf(node.integers.get("axis")?.[0] ?? 0, x?.shape.length ?? 0);
  if (x === undefined || places === undefined || axis === undefined) return undefined;
  return taken(x, axis, places);
};

const unsqueeze: Fold = (given, { node }) => {
  const [x] = given;
  const axes = listed(given, 1, "axes", node);
  if (x === undefined || axes === undefined || axes.length > 8) return undefined;
  const rank = x.shape.length + axes.length;
  const own = axes.map((axis) => axisOf(axis, rank));
  const left = [...x.shape];
  const shape = Array.from({ length: rank }, (_, axis) => (own.includes(axis) ? 1 : (left.shift() ?? 1)));
  return shaped(x, shape);
};

const squeeze: Fold = (given, { node }) => {
  const [x] = given;
  const axes = listed(given, 1, "axes", node);
  if (x === undefined) return undefined;
  const own = axes?.map((axis) => axisOf(axis, x.shape.length));
  return shaped(
    x,
    x.shape.filter((extent, axis) => !(extent === 1 && (own === undefined || own.includes(axis)))),
  );
};

const reshape: Fold = (given, { node }) => {
  const [x] = given;
  const wanted = listed(given, 1, "shape", node);
  if (x === undefined || wanted === undefined) return undefined;
  const copied = wanted.map((extent, axis) => (extent === 0 ? (x.shape[axis] ?? 0) : extent));
  const known = copied.reduce((a, b) => (b === -1 ? a : a * b), 1);
  return shaped(
    x,
    copied.map((extent) => (extent === -1 ? x.values.length / known : extent)),
  );
};

const concat: Fold = (given, { node }) => {
  const tensors = all(given);
  const axis = axisOf(node.integers.get("axis")?.[0] ?? 0, given[0]?.shape.length ?? 0);
  return tensors === undefined || axis === undefined ? undefined : together(tensors, axis);
};

const constantOfShape: Fold = ([shape], following) => {
  const { tensor } = following.node;
  const count = countOf(shape?.values ?? [Number.NaN]);
  if (shape === undefined || count === undefined) return undefined;
  // Nought, of float32, where it says nothing.
  const value =
    tensor === undefined
      ? { shape: [], values: [0], isWhole: false }
      : tensorOf({ is: "constant", shape: tensor.shape, tensor }, following);
  return value === undefined ? undefined : stretched({ ...value, shape: [] }, shape.values);
};

const slice: Fold = (given, { node }) => {
  const [x] = given;
  const [starts, ends] = [listed(given, 1, "starts", node), listed(given, 2, "ends", node)];
  const axes = listed(given, 3, "axes", node) ?? starts?.map((_, i) => i);
  const steps = listed(given, 4, "steps", node) ?? starts?.map(() => 1);
  let made = x;
  starts?.forEach((start, i) => {
    const axis = axisOf(axes?.[i] ?? Number.NaN, x?.shape.length ?? 0);
    if (made === undefined || axis === undefined) {
      made = undefined;
      return;
    }
    const places = placesOf(start, ends?.[i] ?? Number.NaN, steps?.[i] ?? Number.NaN, made.shape[axis] ?? 0);
    made = places === undefined ? undefined : taken(made, axis, { shape: [places.length], values: places });
  });
  return starts === undefined ? undefined : made;
};

/** Along an axis of that extent, as Python slices it. */
function placesOf(start: number, end: number, step: number, extent: number): readonly number[] | undefined {
  if (![start, end, step].every(Number.isInteger) || step === 0) return undefined;
  const [least, most] = step > 0 ? [0, extent] : [-1, extent - 1];
  const within = (place: number): number =>
    Math.min(Math.max(place < 0 ? place + extent : place, least), most);
  const [from, to] = [within(start), within(end)];
  const count = Math.max(0, Math.ceil((to - from) / step));
  return count > MOST_NUMBERS ? undefined : Array.from({ length: count }, (_, i) => from + i * step);
}

const transpose: Fold = ([x], { node }) =>
  x === undefined ? undefined : turned(x, node.integers.get("perm") ?? x.shape.map((_, i) => i).reverse());

const expand: Fold = ([x, shape]) => {
  if (x === undefined || shape === undefined) return undefined;
  const count = countOf(shape.values);
  if (count === undefined) return undefined;
  // Extents of one leave what is there.
  const noughts = { shape: shape.values, values: new Array<number>(count).fill(0), isWhole: true };
  return combined([x, noughts], x.isWhole, ([value = Number.NaN]) => value);
};

const range: Fold = (given) => {
  const [start, end, step] = given.map((one) => one?.values[0] ?? Number.NaN);
  const count = Math.max(0, Math.ceil(((end ?? 0) - (start ?? 0)) / (step ?? 0)));
  if (!(count <= MOST_NUMBERS)) return undefined;
  const values = Array.from({ length: count }, (_, i) => (start ?? 0) + i * (step ?? 0));
  return { shape: [count], values, isWhole: wholeOf(given) };
};

/** Over all axes. */
const reduced =
  (of: (a: number, b: number) => number, begin?: number): Fold =>
  (given, { node }) => {
    const [x] = given;
    const axes = listed(given, 1, "axes", node);
    if (x === undefined || (axes !== undefined && axes.length !== x.shape.length)) return undefined;
    const values = begin === undefined ? x.values : [begin, ...x.values];
    if (values.length === 0) return undefined;
    const keeps = (node.integers.get("keepdims")?.[0] ?? 1) !== 0;
    return { shape: keeps ? x.shape.map(() => 1) : [], values: [values.reduce(of)], isWhole: x.isWhole };
  };

const FOLDS: ReadonlyMap<string, Fold> = new Map<string, Fold>([
  ["Identity", ([x]) => x],
  ["Cast", cast],
  ["Gather", gather],
  ["Unsqueeze", unsqueeze],
  ["Squeeze", squeeze],
  ["Reshape", reshape],
  ["Concat", concat],
  ["ConstantOfShape", constantOfShape],
  ["Slice", slice],
  ["Transpose", transpose],
  ["Expand", expand],
  ["Range", range],
  ["Where", where],
  ["Equal", truth((a, b) => a === b)],
  ["Less", truth((a, b) => a < b)],
  ["LessOrEqual", truth((a, b) => a <= b)],
  ["Greater", truth((a, b) => a > b)],
  ["GreaterOrEqual", truth((a, b) => a >= b)],
  ["Not", truth((a) => a === 0)],
  ["And", truth((a, b) => a !== 0 && b !== 0)],
  ["Or", truth((a, b) => a !== 0 || b !== 0)],
  ...Object.entries(BINARY).map(([operator, of]): [string, Fold] => [
    operator,
    each((first = Number.NaN, ...more) => more.reduce(of, first)),
  ]),
  ["Mod", modulo],
  ["Floor", each(Math.floor)],
  ["Ceil", each(Math.ceil)],
  ["ReduceProd", reduced((a, b) => a * b, 1)],
  ["ReduceSum", reduced((a, b) => a + b, 0)],
  ["ReduceMax", reduced(Math.max)],
  ["ReduceMin", reduced(Math.min)],
  ...["Neg", "Abs", "Sqrt", "Reciprocal", "Exp", "Clip", "Relu"].map((name): [string, Fold] => [name, one]),
]);

/** Small arrays of any shape, as shapes and paddings are computed of, and what moves their numbers. */

export interface Tensor {
  readonly shape: readonly number[];
  /** The last axis fastest. */
  readonly values: readonly number[];
  /** Whether their type is one of whole numbers, or of truths. */
  readonly isWhole: boolean;
}

/** Norms of as many channels are still small; kernels are not. */
export const MOST_NUMBERS = 4096;
export const MOST_AXES = 8;

/** @returns the number of numbers, or undefined where there are too many, or the shape is none */
export function countOf(shape: readonly number[]): number | undefined {
  if (shape.length > MOST_AXES) return undefined;
  const count = shape.reduce((a, b) => a * b, 1);
  return shape.every((extent) => Number.isInteger(extent) && extent >= 0) && count <= MOST_NUMBERS
    ? count
    : undefined;
}

/** @param at the number at a place @returns undefined where it would be too large */
function filled(
  shape: readonly number[],
  isWhole: boolean,
  at: (place: readonly number[]) => number,
): Tensor | undefined {
  const count = countOf(shape);
  if (count === undefined) return undefined;
  const values = Array.from({ length: count }, (_, flat) => {
    const place = new Array<number>(shape.length).fill(0);
    let left = flat;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const extent = shape[axis] ?? 1;
      place[axis] = left % extent;
      left = Math.floor(left / extent);
    }
    return at(place);
  });
  return { shape, values, isWhole };
}

function valueAt({ shape, values }: Tensor, place: readonly number[]): number {
  const flat = shape.reduce((sum, extent, axis) => sum * extent + (place[axis] ?? 0), 0);
  return values[flat] ?? Number.NaN;
}

/** From the end where it is below nought. @returns undefined where there is none */
export function axisOf(axis: number, rank: number): number | undefined {
  const own = axis < 0 ? axis + rank : axis;
  return Number.isInteger(own) && own >= 0 && own < rank ? own : undefined;
}

/** What lies at the places along an axis, which have a shape of their own. */
export function taken(
  tensor: Tensor,
  axis: number,
  places: { readonly shape: readonly number[]; readonly values: readonly number[] },
): Tensor | undefined {
  const { shape, isWhole } = tensor;
  const extent = shape[axis] ?? 0;
  const at = places.values.map((place) => axisOf(place, extent));
  if (at.some((place) => place === undefined)) return undefined;
  const rank = places.shape.length;
  const indices: Tensor = { ...places, isWhole: true, values: at as number[] };
  return filled([...shape.slice(0, axis), ...places.shape, ...shape.slice(axis + 1)], isWhole, (place) => {
    const index = valueAt(indices, place.slice(axis, axis + rank));
    return valueAt(tensor, [...place.slice(0, axis), index, ...place.slice(axis + rank)]);
  });
}

/** Axis `i` of what comes out is axis `order[i]`. */
export function turned(tensor: Tensor, order: readonly number[]): Tensor | undefined {
  const { shape, isWhole } = tensor;
  const isOrder = order.length === shape.length && shape.every((_, axis) => order.includes(axis));
  if (!isOrder) return undefined;
  return filled(
    order.map((axis) => shape[axis] ?? 0),
    isWhole,
    (place) =>
      valueAt(
        tensor,
        shape.map((_, axis) => place[order.indexOf(axis)] ?? 0),
      ),
  );
}

/** Repeated along axes of one, as NumPy does it. */
export function stretched(tensor: Tensor, shape: readonly number[]): Tensor | undefined {
  const added = shape.length - tensor.shape.length;
  const isFitting =
    added >= 0 && tensor.shape.every((extent, axis) => extent === 1 || extent === shape[axis + added]);
  if (!isFitting) return undefined;
  return filled(shape, tensor.isWhole, (place) =>
    valueAt(
      tensor,
      tensor.shape.map((extent, axis) => (extent === 1 ? 0 : (place[axis + added] ?? 0))),
    ),
  );
}

/** The shape that both are stretched to. */
function commonShape(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [one, other] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    return one === 1 ? other : one;
  });
}

/** A function of the numbers at the same place of all. */
export function combined(
  tensors: readonly Tensor[],
  isWhole: boolean,
  of: (values: readonly number[]) => number,
): Tensor | undefined {
  const shape = tensors.reduce<readonly number[]>((common, one) => commonShape(common, one.shape), []);
  const wide = tensors.map((one) => stretched(one, shape));
  if (wide.some((one) => one === undefined)) return undefined;
  const all = wide as readonly Tensor[];
  const count = countOf(shape);
  if (count === undefined) return undefined;
  const values = Array.from({ length: count }, (_, i) => of(all.map((one) => one.values[i] ?? Number.NaN)));
  return { shape, values, isWhole };
}

/** One after the other along an axis. */
export function together(tensors: readonly Tensor[], axis: number): Tensor | undefined {
  const [first] = tensors;
  if (first === undefined) return undefined;
  const isFitting = tensors.every(
    ({ shape }) =>
      shape.length === first.shape.length &&
      shape.every((extent, i) => i === axis || extent === first.shape[i]),
  );
  if (!isFitting) return undefined;
  const owners = tensors.flatMap((tensor) =>
    Array.from({ length: tensor.shape[axis] ?? 0 }, (_, index) => ({ tensor, index })),
  );
  const shape = first.shape.map((extent, i) => (i === axis ? owners.length : extent));
  return filled(
    shape,
    tensors.every(({ isWhole }) => isWhole),
    (place) => {
      const owner = owners[place[axis] ?? 0];
      return owner === undefined ? Number.NaN : valueAt(owner.tensor, place.with(axis, owner.index));
    },
  );
}

/** The same numbers, where they fill the shape. */
export const shaped = (tensor: Tensor, shape: readonly number[]): Tensor | undefined =>
  countOf(shape) === tensor.values.length ? { ...tensor, shape } : undefined;

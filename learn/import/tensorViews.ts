/** Tensors of a PyTorch checkpoint: views into stretches of numbers, and what they hold. */
import type { ThawError } from "../../spec/errors.js";
import type { ElementType } from "./elements.js";

/** A tensor of a checkpoint, row-major in PyTorch's own layout (convolutions are [out, in, h, w]). */
export interface CheckpointTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A stretch of numbers in the file. */
export interface Storage {
  readonly key: string;
  readonly type: ElementType;
}

/** A view into a storage, to be filled in once the storages have been read. */
export interface TensorView {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

/** Most axes that a tensor of PyTorch can have. */
const MOST_AXES = 64;

/**
 * Tied weights are one view and count once. Another view of the same numbers, as a transposed weight is one, may be there
 * once for every number: else a storage of a megabyte and a pickle of two could ask for gigabytes.
 */
const VIEWS_OF_A_NUMBER = 2;

/**
 * @param args of `torch._utils._rebuild_tensor_v2`; those that only matter for training in PyTorch are left
 * @returns undefined when they are damaged
 */
export function viewOf(
  args: readonly unknown[],
  isStorage: (value: unknown) => value is Storage,
): TensorView | undefined {
  const [storage, offset, shape, stride] = args;
  if (!isStorage(storage) || !isExtent(offset) || !isExtents(shape) || !isExtents(stride)) return undefined;
  return shape.length === stride.length ? { storage, offset, shape, stride } : undefined;
}

function isExtent(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isExtents(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length <= MOST_AXES && value.every(isExtent);
}

/**
 * @returns reads a view; equal views give the same tensor, so nobody may change it
 * @throws ThawError by `invalid` when the view does not fit its storage, or all that were read are too much together
 */
export function viewsInto(
  contents: ReadonlyMap<Storage, Float32Array>,
  invalid: (what: string) => ThawError,
): (name: string, view: TensorView) => CheckpointTensor {
  let left = 0;
  for (const { length } of contents.values()) left += VIEWS_OF_A_NUMBER * length;
  const read = new Map<string, CheckpointTensor>();
  return (name, view) => {
    const { storage, offset, shape, stride } = view;
    const known = [storage.key, offset, shape, stride].join("/");
    const before = read.get(known);
    if (before !== undefined) return before;
    const values = contents.get(storage);
    if (values === undefined) throw invalid(`the values of ${name} are missing`);
    const size = sizeWithin(name, view, values.length, invalid);
    left -= size;
    if (left < 0) throw invalid("its tensors lie over each other, and are more than the file holds");
    const tensor = { shape, data: materialize(view, size, values) };
    read.set(known, tensor);
    return tensor;
  };
}

/** @returns how many numbers it shows */
function sizeWithin(
  name: string,
  { shape, stride, offset }: TensorView,
  length: number,
  invalid: (what: string) => ThawError,
): number {
  if (shape.includes(0)) return 0;
  const size = shape.reduce((product, extent) => product * extent, 1);
  const last = shape.reduce((sum, extent, axis) => sum + (extent - 1) * (stride[axis] ?? 0), offset);
  // A stride of zero could blow up one number to any size; no state dict does that.
  if (size > length) throw invalid(`${name} is larger than its storage`);
  if (last >= length) throw invalid(`${name} reaches past its storage`);
  return size;
}

/** Copies a strided view into row-major order (converted checkpoints often keep transposed storages). */
function materialize(
  { shape, stride, offset }: TensorView,
  size: number,
  values: Float32Array,
): Float32Array {
  if (isRowMajor(shape, stride)) return values.slice(offset, offset + size);
  const data = new Float32Array(size);
  const outer = shape.flatMap((extent, axis) => (extent === 1 ? [] : [{ extent, step: stride[axis] ?? 0 }]));
  const inner = outer.pop() ?? { extent: 1, step: 0 };
  const index = new Array<number>(outer.length).fill(0);
  let from = offset;
  for (let to = 0; to < size; to += inner.extent) {
    // The view lies within its storage.
    for (let i = 0; i < inner.extent; i++) data[to + i] = values[from + i * inner.step] as number;
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      const { extent, step } = outer[axis] as (typeof outer)[number];
      const next = (index[axis] as number) + 1;
      from += step;
      if (next < extent) {
        index[axis] = next;
        break;
      }
      from -= step * next;
      index[axis] = 0;
    }
  }
  return data;
}

/** Whether a view shows a part of its storage as it lies there, as almost all do. */
function isRowMajor(shape: readonly number[], stride: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] ?? 1;
    // One step alone has no width.
    if (extent !== 1 && stride[axis] !== expected) return false;
    expected *= extent;
  }
  return true;
}

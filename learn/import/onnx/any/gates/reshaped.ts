/** Means under other shapes, by which what they meet is told. */
import { ANY, filledIn, isOfPictures } from "../shapes.js";
import { MOST_AXES } from "../tensors.js";
import { type Following, listOf, type Means, type Value } from "../values.js";

type Given = readonly (Value | undefined)[];

/**
 * Means in another shape, in which they still lie along one axis. What parts them into rows might turn these round, which nobody
 * would see from then on.
 * @returns undefined where they do not
 */
export function meansReshaped(value: Means, inputs: Given, following: Following): Means | undefined {
  if (following.node.operator === "Expand") return stretched(value, inputs, following);
  // Stretched ones have more numbers, which may come to lie anywhere.
  if (value.stretched !== undefined) return undefined;
  const shape = meansShape(value, inputs, following);
  const isOne = shape !== undefined && shape.filter((extent) => extent !== 1).length <= 1;
  return isOne ? { ...value, shape } : undefined;
}

/** @returns undefined where their own axis would become longer, or the graph does not say to what */
function stretched(value: Means, inputs: Given, following: Following): Means | undefined {
  const [, ...wanted] = listOf(inputs, 1, "shape", following) ?? [];
  const own = value.stretched ?? value.shape;
  if (wanted.length !== own.length) return undefined;
  // Extents of one leave what is there.
  const full = wanted.map((extent, i) => (extent === 1 ? (own[i] ?? 1) : extent));
  const isFitting = full.every(
    (extent, i) => extent === own[i] || (own[i] === 1 && Number.isInteger(extent) && extent > 1),
  );
  if (!isFitting) return undefined;
  return full.join(" ") === value.shape.join(" ") ? value : { ...value, stretched: full };
}

function meansShape(value: Means, inputs: Given, following: Following): readonly number[] | undefined {
  const { chain, shape } = value;
  const axes = listOf(inputs, 1, "axes", following);
  switch (following.node.operator) {
    case "Squeeze": {
      const own = axes?.map((axis) => (axis < 0 ? axis + shape.length + 1 : axis));
      // The number of pictures is an axis, too.
      if (own === undefined || own.includes(0)) return undefined;
      return shape.every((extent, i) => extent === 1 || !own.includes(i + 1))
        ? shape.filter((_, i) => !own.includes(i + 1))
        : undefined;
    }
    case "Unsqueeze": {
      const rank = shape.length + 1 + (axes?.length ?? 0);
      const own = (axes ?? []).map((axis) => (axis < 0 ? axis + rank : axis));
      if (axes === undefined || rank > MOST_AXES || own.includes(0)) return undefined;
      const left = [...shape];
      return Array.from({ length: rank - 1 }, (_, i) => (own.includes(i + 1) ? 1 : (left.shift() ?? 1)));
    }
    default: {
      const [batch = ANY, ...rest] = listOf(inputs, 1, "shape", following) ?? [];
      return isOfPictures(batch, rest, following) && rest.length > 0
        ? filledIn(rest, shape, chain.outputs)
        : undefined;
    }
  }
}

/** Images that are made of one another, forward and back. */
import type { GraphImage, GraphUnit, Unit } from "../../bases/architecture.js";
import type { Graph, Value } from "../../graph/graph.js";
import { add, concatenate, concatenateGradient, multiply, sum } from "../arithmetic.js";
import { activationPass, inSequence, type Pass, type Step } from "./pass.js";

const CHANNELS = 3;
const ROWS_AND_COLUMNS = [1, 2];

/** Images put together, and how a gradient of that becomes one of each. */
interface Joined {
  readonly y: Value;
  back(dy: Value): readonly Value[];
}

/** @param stepsOf the passes of units */
export function graphPass(
  graph: Graph,
  { images }: GraphUnit,
  x: Value,
  stepsOf: (units: readonly Unit[]) => readonly Step[],
): Pass {
  const values = [x];
  const made = images.map((image) => {
    const joined = joinedImages(
      graph,
      image,
      image.inputs.map((index) => values[index] as Value),
    );
    const way = inSequence(joined.y, [
      (input) => activationPass(graph, image.activation ?? "none", input),
      ...stepsOf(image.units),
    ]);
    values.push(way.y);
    return { image, joined, way };
  });
  return {
    y: values.at(-1) as Value,
    back: (dy, gradients) => {
      // Of each image, from the last down: all that are made of it come before.
      const sums: (Value | undefined)[] = new Array(values.length).fill(undefined);
      sums[values.length - 1] = dy;
      for (let index = made.length; index > 0; index--) {
        const { image, joined, way } = made[index - 1] as (typeof made)[number];
        const own = sums[index];
        if (own === undefined) throw new Error("an image of a network is made for nothing");
        const parts = joined.back(way.back(own, gradients));
        for (const [i, input] of image.inputs.entries()) {
          const [before, part] = [sums[input], parts[i] as Value];
          sums[input] = before === undefined ? part : add(graph, before, part);
        }
      }
      return sums[0] as Value;
    },
  };
}

function joinedImages(graph: Graph, image: GraphImage, given: readonly Value[]): Joined {
  const [first, second] = given as [Value, Value];
  /** What belongs to a single pixel that went everywhere is the sum of what came of it. */
  const gathered = (gradient: Value, at: number): Value =>
    image.inputs[at] === image.spread ? sum(graph, gradient, ROWS_AND_COLUMNS, true) : gradient;
  if (image.join === undefined) return { y: first, back: (dy) => [dy] };
  switch (image.join) {
    case "concat":
      return {
        y: concatenate(graph, given, CHANNELS),
        back: (dy) => concatenateGradient(graph, given, CHANNELS, dy),
      };
    case "add":
      return {
        y: given.reduce((a, b) => add(graph, a, b)),
        back: (dy) => given.map((_, at) => gathered(dy, at)),
      };
    case "multiply":
      return {
        y: multiply(graph, first, second),
        back: (dy) => [gathered(multiply(graph, dy, second), 0), gathered(multiply(graph, dy, first), 1)],
      };
  }
}

/** What a base costs, known without running it. */
import { type Architecture, kernelShape, type Unit, weightedUnits } from "./architecture.js";
import { type Extent, throughGroups } from "./extent.js";
import { unitParameters } from "./unitParameters.js";

/** Images that the frozen pass computes at once. */
export const FROZEN_BATCH = 32;
/** Of a float32. */
const BYTES = 4;

/** What is known of an architecture at one size of input. */
export interface StaticCost {
  /** For one view. */
  readonly multiplyAdds: number;
  /** All numbers that are kept, the statistics of batch norms among them. */
  readonly weightBytes: number;
  /** What the frozen pass holds at least: the weights, and the largest unit's input and output for {@link FROZEN_BATCH} images. */
  readonly passBytes: number;
}

/** @param side of the square input in pixels */
export function staticCost(architecture: Architecture, side: number): StaticCost {
  let numbers = 0;
  let largest = 0;
  throughGroups(architecture, 0, architecture.groups.length, { side, channels: 3 }, (unit, input, output) => {
    numbers += parametersOf(unit);
    largest = Math.max(largest, valuesOf(input) + valuesOf(output));
  });
  const weightBytes = BYTES * numbers;
  return {
    multiplyAdds: multiplyAdds(architecture, side),
    weightBytes,
    passBytes: weightBytes + BYTES * FROZEN_BATCH * largest,
  };
}

const valuesOf = ({ side, channels }: Extent): number => side ** 2 * channels;

function parametersOf(unit: Unit): number {
  // Units within others are visited themselves.
  if (unit.kind === "concat" || unit.kind === "graph") return 0;
  return weightedUnits(unit)
    .flatMap(unitParameters)
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

/** Multiplications with addition in convolutions and gates, for one view of `side` by `side` pixels. */
export function multiplyAdds(architecture: Architecture, side: number): number {
  return multiplyAddsBelow(architecture, architecture.groups.length, side);
}

/** Of what computes the activations that enter layer group `group`. */
export function multiplyAddsBelow(architecture: Architecture, group: number, side: number): number {
  let total = 0;
  const input = { side, channels: 3 };
  throughGroups(architecture, 0, group, input, (unit, _, output) => {
    total += costOf(unit, output);
  });
  return total;
}

function costOf(unit: Unit, output: Extent): number {
  switch (unit.kind) {
    case "full":
    case "depthwise":
    case "grouped":
      // Every output pixel takes each number of the kernel once, of depthwise and grouped ones, too.
      return output.side ** 2 * kernelShape(unit).reduce((a, b) => a * b, 1);
    case "squeeze":
      return 2 * unit.channels * unit.hidden;
    case "norm":
    case "layer-norm":
    case "group-norm":
    case "response-norm":
    case "scale":
    case "max":
    case "average":
    case "means":
    case "concat":
    case "channel-conv":
    case "choice":
    case "graph":
      return 0;
    // Along columns, then along rows.
    case "resize":
      return unit.channels * (unit.from ** 2 + unit.from * unit.to) * unit.to;
  }
}

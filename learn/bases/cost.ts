/** What a base costs, known without running it. */
import { type Architecture, kernelShape, type Unit } from "./architecture.js";
import { type Extent, throughGroups } from "./extent.js";

/** Multiplications with addition in convolutions and gates, for one view of `side` by `side` pixels. */
export function multiplyAdds(architecture: Architecture, side: number): number {
  let total = 0;
  const input = { side, channels: 3 };
  throughGroups(architecture, 0, architecture.groups.length, input, (unit, _, output) => {
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
    case "scale":
    case "max":
    case "average":
    case "means":
    case "concat":
      return 0;
  }
}

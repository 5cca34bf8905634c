/** What a base costs, known without running it. */
import { type Architecture, type ConvUnit, kernelShape, windowsAlong } from "./architecture.js";

/** Multiplications with addition in the convolutions, for one view of `side` by `side` pixels. */
export function multiplyAdds({ groups }: Architecture, side: number): number {
  let total = 0;
  let input = side;
  const pass = (unit: ConvUnit, from: number): number => {
    const output = windowsAlong(from, unit);
    // Every output pixel takes each number of the kernel once, of depthwise ones, too.
    total += output ** 2 * kernelShape(unit).reduce((a, b) => a * b, 1);
    return output;
  };
  for (const { units, projection, pool } of groups.flatMap(({ blocks }) => blocks)) {
    if (projection !== undefined) pass(projection, input);
    for (const unit of units) input = pass(unit, input);
    if (pool !== undefined) input = windowsAlong(input, pool);
  }
  return total;
}

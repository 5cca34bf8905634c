/** Whether a graph turns the colours of its picture round, by any of the ways in which channels are chosen. */
import type { Step, StepIndex } from "../steps.js";

/** The channels of three that a choice or what is put together takes, e.g. `[2, 1, 0]`. */
const TURNED = "2 1 0";

/** @param steps of which the first is the picture */
export function turnsColours(steps: readonly Step[]): boolean {
  if (steps[0]?.channels !== 3) return false;
  /** Which of the picture's channels each image of nothing else has. */
  const orders = new Map<StepIndex, readonly number[]>();
  for (const [at, step] of steps.entries()) {
    const order = orderOf(step, orders);
    // Few images are colours alone, and all lie at the beginning.
    if (order !== undefined && order.length <= 3) orders.set(at, order);
    if (order?.join(" ") === TURNED) return true;
  }
  return false;
}

/** @returns undefined for what is more than the picture's channels, each scaled at most */
function orderOf(
  step: Step,
  orders: ReadonlyMap<StepIndex, readonly number[]>,
): readonly number[] | undefined {
  switch (step.kind) {
    case "picture":
      return [0, 1, 2];
    case "choice": {
      const order = orders.get(step.input);
      return order === undefined ? undefined : step.chosen.map((channel) => order[channel] ?? Number.NaN);
    }
    case "affine":
    case "resize":
      return orders.get(step.input);
    case "concat": {
      const all = step.inputs.map((input) => orders.get(input));
      return all.every((order) => order !== undefined) ? all.flat() : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * Pictures are decoded beside each other, and where one fails, alone: the decoder keeps its messages in one place for the whole process. What ends
 * beside it takes them away, and what fails beside it adds its own, so only of one that is alone they say why.
 */
import { createBudget } from "./budget.js";

/** More than anybody decodes at once. */
const MOST = 64;

const places = createBudget(MOST);

/** Work whose messages nobody reads. It must not wait for others that go through here. */
export function beside<Result>(work: () => Promise<Result>): Promise<Result> {
  return places.spend(1, work);
}

/** Work that begins when all of {@link beside} in this process is done, and that nothing of it begins beside. */
export function alone<Result>(work: () => Promise<Result>): Promise<Result> {
  return places.spend(MOST, work);
}

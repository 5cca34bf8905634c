/** How many images a comparison of new images with held-out ones takes: it shall cost little. */

/** New images that are read: half of them may be known or copies and there are still as many as are compared. */
export const MOST_NEW = 1000;
/** As many as `learn/drift/judge.ts` compares. */
export const MOST_HELD_OUT = 500;

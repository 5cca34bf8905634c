/** Pictures of 16 bits a sample of which all stay below a lower power of two: a camera's numbers of 13 to 15 bits. */
import type { DarkSamples } from "../../spec/records/dataset.js";

/**
 * Undefined where one of them is brighter, as of pictures that are only dark some are: each alone cannot be told from a
 * camera's numbers. (Those of up to 12 bits are left out one by one, `data/image/sampleMeaning.ts`.)
 * @param images brightest sample of each, where it has 16 bits and the file does not say how many count
 */
export function findDarkSamples(
  images: readonly { readonly brightest16?: number }[],
): DarkSamples | undefined {
  const reached = images.flatMap(({ brightest16 = 0 }) => (brightest16 === 0 ? [] : [brightest16]));
  if (reached.length === 0) return undefined;
  const brightest = reached.reduce((most, sample) => Math.max(most, sample));
  const bits = brightest.toString(2).length;
  return bits === 16 ? undefined : { count: reached.length, bits, brightest };
}

/** What is known of the files of images that were never drawn: the same distributions for every class. */
import type { ShortcutImage } from "../../../data/faults/shortcuts.js";
import { randomStream } from "../../../rng/stream.js";

export type GroupedImage = ShortcutImage & { readonly group: string };

/** Of cameras and of the web, the first the most common. */
const SIDES = [
  [320, 240],
  [640, 480],
  [240, 320],
  [500, 375],
  [375, 500],
  [800, 600],
] as const;
const FOLDERS = ["", "a/", "b/"];

export const classNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, label) => `class-${label}`);

/**
 * Eight in ten are JPEGs, a third lies in each of three folders, the size of a file goes with how plain the picture is.
 * @param sizes images of each class
 * @param sides whether sides are a few common ones, or any from 100 to 500
 */
export function drawnTraits(
  seed: number,
  sizes: readonly number[],
  sides: "common" | "any",
): readonly GroupedImage[] {
  return sizes.flatMap((size, label) =>
    Array.from({ length: size }, (_, index): GroupedImage => {
      const stream = randomStream(seed, "traits", label, index);
      const uniform = (at: number): number => stream.uniform(at);
      const bell = (at: number): number => uniform(at) + uniform(at + 1) + uniform(at + 2) - 1.5;
      const side = SIDES[Math.floor(SIDES.length * uniform(0) ** 2)] ?? SIDES[0];
      const [width, height] =
        sides === "common" ? side : [100 + Math.floor(400 * uniform(0)), 100 + Math.floor(400 * uniform(1))];
      const length = Math.round(60_000 * Math.exp(bell(2)));
      const grey = 128 + 80 * bell(5);
      return {
        path: `class-${label}/${FOLDERS[Math.floor(3 * uniform(8))]}${index}.jpg`,
        label,
        group: `${label} ${index}`,
        format: uniform(9) < 0.8 ? "jpeg" : uniform(10) < 0.7 ? "png" : "webp",
        width,
        height,
        length,
        bytes: Math.round(length * Math.exp(-2 + 0.3 * bell(11))),
        border: [grey + 20 * bell(14), grey + 20 * bell(17), grey + 20 * bell(20)],
      };
    }),
  );
}

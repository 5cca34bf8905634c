/** Parts of the sign-language digits, drawn anew for each seed: where benches on few images get theirs. */
import { readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { permutation, randomStream } from "../../rng/stream.js";
import type { Split } from "../../spec/records/dataset.js";
import { ROOT } from "../support.js";

export const DIGITS = resolve(join(ROOT, "..", "shared", "data", "sign-digits"));

/** Images a class in each split, in the order in which a class's shuffled images are given out. */
export type Sizes = readonly (readonly [split: Split, images: number])[];

/**
 * Writes a manifest of other images for each seed; all images are groups of their own.
 * @param purpose of the order of the images: benches of one purpose share images
 * @param sizesOf of each class, by its label
 */
export async function writeDigits(
  path: string,
  purpose: string,
  seed: number,
  sizesOf: (label: number) => Sizes,
): Promise<void> {
  const lines: string[] = [];
  for (const [label, name] of (await readdir(DIGITS)).sort().entries()) {
    const files = (await readdir(join(DIGITS, name))).sort();
    const order = permutation(files.length, randomStream(seed, purpose, label));
    let next = 0;
    for (const [split, images] of sizesOf(label)) {
      for (let i = 0; i < images; i++) {
        const image = files[order[next++] as number] as string;
        lines.push(JSON.stringify({ path: join(DIGITS, name, image), label: name, split, group: image }));
      }
    }
  }
  await writeFile(path, `${lines.join("\n")}\n`);
}

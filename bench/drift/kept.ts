/** Images with their features, as `bench/drift/alarms.ts` leaves them in a file: as the pictures are, and darker. */
import { readFile, writeFile } from "node:fs/promises";
import { groupImages } from "../../data/splits/groups.js";
import type { HeldOutImage } from "../../learn/drift/sample.js";

export type Plain = Omit<HeldOutImage, "probabilities"> & { readonly sha256: string; readonly phash: string };
export type Kept = readonly [plain: readonly Plain[], darker: readonly Plain[]];

export async function readKept(cache: string): Promise<Kept> {
  const [plain, darker] = JSON.parse(await readFile(cache, "utf8")) as [Plain[], Plain[]];
  const back = (image: Plain): Plain => ({ ...image, features: Float32Array.from(image.features) });
  return [plain.map(back), darker.map(back)];
}

export async function writeKept(cache: string, kept: Kept): Promise<void> {
  const plain = (image: Plain): object => ({ ...image, features: Array.from(image.features) });
  await writeFile(cache, JSON.stringify(kept.map((images) => images.map(plain))));
}

/** Positions of one image of each group of copies. */
export function firstsOf(images: readonly Plain[]): readonly number[] {
  const { ids } = groupImages(images);
  return [...images.keys()].filter((index) => ids.indexOf(ids[index] as string) === index);
}

/** Small image sets for integration tests. */
import { copyFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { drawnImages } from "./drawn.js";

/** Ten classes of drawn shapes: the pretrained base's features know most of them, and fine-tuning gains the rest. */
export const smallImageSet = (to: string, perClass: number): Promise<string> => drawnImages(to, perClass);

/** Copies the first `perClass` images of every class of a folder-per-class set. */
export async function slice(from: string, to: string, perClass: number): Promise<string> {
  const classes = await readdir(from, { withFileTypes: true });
  for (const { name } of classes.filter((entry) => entry.isDirectory())) {
    await mkdir(join(to, name), { recursive: true });
    const files = (await readdir(join(from, name))).sort().slice(0, perClass);
    await Promise.all(files.map((file) => copyFile(join(from, name, file), join(to, name, file))));
  }
  return to;
}

/** Small real image sets for integration tests. */
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { ensure } from "../../runtime/components/components.js";

const SHARED = join(process.cwd(), "..", "shared", "data");

/** Folder of a shared image set, or undefined where it is not laid beside the project. */
export function sharedImages(name: string): string | undefined {
  const folder = join(SHARED, name);
  return existsSync(folder) ? folder : undefined;
}

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

/** A few images a class: sign-language digits if they are here, else keycaps and letters of the emoji set. */
export async function smallImageSet(to: string, perClass: number): Promise<string> {
  const shared = sharedImages("sign-digits");
  if (shared !== undefined) return slice(shared, to, perClass);
  const [located] = await ensure(["emoji-images"], () => undefined);
  const source = join(located?.path ?? "", "img", "google", "64");
  const files = await readdir(source);
  for (const [name, prefix] of Object.entries({ faces: "1f60", animals: "1f42", flags: "1f1" })) {
    await mkdir(join(to, name), { recursive: true });
    const chosen = files.filter((file) => file.startsWith(prefix)).slice(0, perClass);
    await Promise.all(chosen.map((file) => copyFile(join(source, file), join(to, name, file))));
  }
  return to;
}

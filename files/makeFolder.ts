/** Makes a folder and those above it, wherever that is. */
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * As `mkdir` with `recursive`, which Node.js does not end where a file system says of a new folder in one that is there
 * that it is not found: `/proc` does, and so does an automounter's `/home`.
 * @throws as `mkdir`
 */
export async function makeFolder(path: string): Promise<void> {
  if (await made(path)) return;
  const above = dirname(path);
  if (above !== path) await makeFolder(above);
  await mkdir(path).catch((error: unknown) => unlessFolder(path, error));
}

/** @returns whether the folder is there now; false where one above it is not */
async function made(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    await unlessFolder(path, error);
    return true;
  }
}

/** Of a folder that is there it does not matter why it was not made: somebody has, or it is a root. */
async function unlessFolder(path: string, error: unknown): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory() !== true) throw error;
}

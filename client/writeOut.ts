/** Writes what a user has asked for to where they want it: whole or not at all, and refused in a sentence. */
import { randomUUID } from "node:crypto";
import { realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isDiskFull, ThawError } from "../spec/errors.js";

/**
 * Writes beside the place and then renames: of a file that is there already nothing is lost where the disk is full.
 * @param path a file, a link to one, or a device
 * @param what for messages, such as `the run file`
 * @param force whether a file that is there is replaced
 * @throws ThawError USAGE, DISK_FULL
 */
export async function writeOut(
  path: string,
  data: string | Uint8Array,
  { what, force }: { readonly what: string; readonly force: boolean },
): Promise<void> {
  await checkOut(path, { what, force });
  try {
    const there = await stat(path).catch(() => undefined);
    if (there === undefined) await writeAnew(path, data);
    else if (there.isFile()) await writeInPlace(await realpath(path), data, there.mode);
    else await writeFile(path, data);
  } catch (error) {
    throw unwritable(path, what, error);
  }
}

/**
 * Whether something can lie there, as far as can be told beforehand: so that nobody waits for what cannot be written.
 * @throws ThawError USAGE
 */
export async function checkOut(
  path: string,
  { what, force }: { readonly what: string; readonly force: boolean },
): Promise<void> {
  const there = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw unwritable(path, what, error);
  });
  if (there?.isDirectory() === true) throw unwritable(path, what, { code: "EISDIR" });
  if (there !== undefined && !force)
    throw new ThawError("USAGE", `there is a file ${path} already`, {
      hint: "--force overwrites it, --out writes another one",
    });
  await stat(dirname(path)).catch((error: unknown) => {
    throw unwritable(path, what, error);
  });
}

async function writeAnew(path: string, data: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, data, { flag: "wx" });
  } catch (error) {
    // Somebody else's, written meanwhile, stays.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") await remove(path);
    throw error;
  }
}

/** @param path of the file itself, where a link leads to it */
async function writeInPlace(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  // A name of its own: `path` may be as long as names can be.
  const partial = join(dirname(path), `.thaw-${randomUUID()}.part`);
  try {
    await writeFile(partial, data, { flag: "wx", mode });
    await rename(partial, path);
  } finally {
    await remove(partial);
  }
}

const remove = (path: string): Promise<void> => rm(path, { force: true }).catch(() => undefined);

/** An error of the file system that writing `path` gave, as a sentence. One of ours stays what it is. */
export function unwritable(path: string, what: string, error: unknown): unknown {
  if (error instanceof ThawError) return error;
  const { code, message, syscall, path: at } = error as NodeJS.ErrnoException;
  const sentence = (why: string) => `${what} cannot be written to ${path}: ${why}`;
  if (isDiskFull(error))
    return new ThawError("DISK_FULL", sentence("the disk is full"), {
      hint: "free some space, or name a place on another disk",
      cause: error,
    });
  if (code === undefined) return error;
  const inTheWay = code === "EEXIST" && syscall === "mkdir" && at !== undefined;
  const why = inTheWay ? `${at} is no folder` : WHY[code]?.(dirname(path));
  return new ThawError("USAGE", sentence(why ?? message), {
    hint: "name another place",
    cause: error,
  });
}

/** By what the system says; the folder is the one that the file would lie in. */
const WHY: Readonly<Record<string, (folder: string) => string>> = {
  ENOENT: (folder) => `there is no folder ${folder}`,
  ENOTDIR: (folder) => `${folder} is a file, or lies in one`,
  EISDIR: () => "there is a folder of that name",
  EEXIST: () => "there is a file of that name",
  EACCES: (folder) => `you may not write to ${folder}`,
  EPERM: (folder) => `you may not write to ${folder}`,
  EROFS: (folder) => `${folder} can only be read`,
  ENAMETOOLONG: () => "its name is too long",
  ELOOP: () => "it is a link that leads nowhere",
};

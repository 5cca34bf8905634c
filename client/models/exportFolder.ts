/** The folder that an export is written to. */
import { readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../files/makeFolder.js";
import { ThawError } from "../../spec/errors.js";
import { unwritable } from "../writeOut.js";

/**
 * Refuses what would mix an export with other files.
 * @param force whether files may be there already; those with the names of the export are replaced
 * @throws ThawError USAGE
 */
export async function checkFolder(folder: string, force: boolean): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    const what = error.code === "ENOTDIR" ? "is a file" : `cannot be read (${error.code})`;
    throw new ThawError("USAGE", `${folder} ${what}`, {
      hint: "name another folder with --out",
      cause: error,
    });
  });
  if (names.length === 0 || force) return;
  throw new ThawError("USAGE", `the folder ${folder} is not empty`, {
    hint: "name another one with --out, or write into it with --force",
  });
}

/** Writes a file under another name and then renames it: what is there is whole. @throws ThawError */
export async function writeWhole(folder: string, name: string, data: Uint8Array): Promise<void> {
  const partial = join(folder, `.${name}.${process.pid}.part`);
  try {
    await makeFolder(folder);
    await writeFile(partial, data);
    await rename(partial, join(folder, name));
  } catch (error) {
    throw unwritable(join(folder, name), name, error);
  } finally {
    await rm(partial, { force: true }).catch(() => undefined);
  }
}

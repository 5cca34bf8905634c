/** Writes the JSON schemas of all that thaw reads and writes to a folder. */
import { writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { makeFolder } from "../../files/makeFolder.js";
import { unwritable } from "../writeOut.js";
import { schemaFiles } from "./jsonSchemas.js";

/** @returns absolute paths of the files @throws ThawError USAGE where the folder cannot be written to, DISK_FULL */
export async function writeSchemas(folder: string): Promise<readonly string[]> {
  const written: string[] = [];
  let path = resolve(folder);
  try {
    for (const [name, text] of schemaFiles()) {
      path = resolve(join(folder, name));
      await makeFolder(dirname(path));
      await writeFile(path, text);
      written.push(path);
    }
  } catch (error) {
    throw unwritable(path, "a schema", error);
  }
  return written;
}

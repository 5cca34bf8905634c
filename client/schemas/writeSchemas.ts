/** Writes the JSON schemas of all that thaw reads and writes to a folder. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ThawError } from "../../spec/errors.js";
import { schemaFiles } from "./jsonSchemas.js";

/** @returns absolute paths of the files @throws ThawError USAGE where the folder cannot be written to */
export async function writeSchemas(folder: string): Promise<readonly string[]> {
  const written: string[] = [];
  try {
    for (const [name, text] of schemaFiles()) {
      const path = resolve(join(folder, name));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
      written.push(path);
    }
  } catch (cause) {
    throw new ThawError("USAGE", `the schemas cannot be written: ${(cause as Error).message}`, { cause });
  }
  return written;
}

/** Reads a run file from disk and finds the images that it points to. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { listSource } from "../../data/source.js";
import { ThawError } from "../../spec/errors.js";
import type { RunFile } from "../../spec/runFile.js";
import { parseRunFile } from "./parse.js";

export interface LoadedRunFile {
  readonly file: RunFile;
  /** Absolute path of `data.path`, which is relative to the run file's folder. */
  readonly dataPath: string;
}

/**
 * @param path of the run file
 * @param overrides the values of `--set`
 * @throws ThawError NOT_FOUND without a run file, RUN_FILE_INVALID, and those of `listSource` about the images
 */
export async function loadRunFile(path: string, overrides: readonly string[]): Promise<LoadedRunFile> {
  const file = parseRunFile(await readText(path), path, overrides);
  const dataPath = resolve(dirname(path), file.data.path);
  // Names only: what is wrong with the folder as a whole should not come out minutes later, on a worker.
  await listSource(dataPath);
  return { file, dataPath };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") {
      throw new ThawError("NOT_FOUND", `there is no run file ${path}`, {
        hint: "`thaw init FOLDER` looks at a folder of images and writes one",
        cause,
      });
    }
    if (code === "EISDIR") {
      throw new ThawError("USAGE", `${path} is a folder, not a run file`, {
        hint: "`thaw init FOLDER` looks at a folder of images and writes a run file for it",
        cause,
      });
    }
    throw new ThawError("USAGE", `the run file ${path} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}

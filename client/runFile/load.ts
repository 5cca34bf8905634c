/** Reads a run file from disk and finds the images that it points to. */
import { createReadStream } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { SourceEntries } from "../../data/source/entries.js";
import { sourceNotes } from "../../data/source/notes.js";
import { listSource } from "../../data/source/source.js";
import { decodeText } from "../../data/source/text.js";
import { ThawError } from "../../spec/errors.js";
import { isBucketUrl } from "../../spec/images/objects.js";
import type { RunFile } from "../../spec/runFile/runFile.js";
import type { Store } from "../../store/connection/connection.js";
import { bucketReader } from "../../store/images/bucketReader.js";
import { parseRunFile } from "./parse.js";

export interface LoadedRunFile {
  readonly file: RunFile;
  /** Absolute path of `data.path`, which is relative to the run file's folder; or `s3://…` as it stands there. */
  readonly dataPath: string;
  /** What is odd about the images as far as names tell, in sentences without a full stop. */
  readonly warnings: readonly string[];
  /** The images, for all that the command does with them. */
  readonly listed: SourceEntries;
}

/**
 * @param path of the run file
 * @param overrides the values of `--set`
 * @param openStore called for images in a bucket, which are refused without it
 * @throws ThawError NOT_FOUND without a run file, RUN_FILE_INVALID, and those of `listSource` about the images
 */
export async function loadRunFile(
  path: string,
  overrides: readonly string[],
  openStore?: () => Promise<Store>,
): Promise<LoadedRunFile> {
  const file = parseRunFile(await readText(path), path, overrides);
  const dataPath = dataPathFrom(dirname(path), file.data.path);
  // Names only: what is wrong with the folder as a whole should not come out minutes later, on a worker.
  const store = isBucketUrl(dataPath) ? await openStore?.() : undefined;
  const buckets = store === undefined ? undefined : bucketReader(store);
  const listed = await listSource(dataPath, buckets, file.data);
  return { file, dataPath, warnings: sourceNotes(listed), listed };
}

/**
 * @param folder that a path which is not absolute is relative to
 * @throws ThawError USAGE for `~/…`, which only shells know, and for addresses that are not of a bucket
 */
export function dataPathFrom(folder: string, path: string): string {
  if (isBucketUrl(path)) return path;
  const [, rest] = /^~(?:\/(.*))?$/.exec(path) ?? [];
  if (path === "~" || rest !== undefined) {
    throw new ThawError(
      "USAGE",
      `the images' path ${path} begins with ~, which only a shell knows as your home folder`,
      {
        hint: `write ${join(homedir(), rest ?? "")}, or ./${path} for a folder that is called ~`,
      },
    );
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) {
    throw new ThawError(
      "USAGE",
      `the images' path ${path} is an address, and of those only s3://BUCKET/PREFIX is read`,
      {
        hint: hintForAddress(path),
      },
    );
  }
  return resolve(folder, path);
}

function hintForAddress(address: string): string {
  if (!/^file:/i.test(address))
    return "put the images into a folder, or into a bucket at the store's endpoint";
  try {
    return `write the path itself, ${fileURLToPath(address)}`;
  } catch {
    return "write the path itself, as in /home/ada/photos";
  }
}

async function readText(path: string): Promise<string> {
  const text = decodeText(await readBytes(path));
  if (typeof text === "string") return text;
  throw new ThawError("RUN_FILE_INVALID", `${path}:${text.line}: ${text.sentence}`, {
    hint: "a letter with an accent is enough: most editors say the encoding in their last line, and can change it",
  });
}

/** What belongs behind `--set`, where several were written behind one. */
const SETTING = /^[a-z_]+(\.[a-z_]+)*=/;

/** All keys with their comments are 20 kB. */
const MAX_BYTES = 1_000_000;

/** From a pipe as well, as shells make them of `<(…)`; what does not end is left after the most bytes. */
async function readBytes(path: string): Promise<Buffer> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of createReadStream(path, { end: MAX_BYTES })) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    if (bytes.length <= MAX_BYTES) return bytes;
    throw new ThawError("USAGE", `${path} has more than ${MAX_BYTES / 1e6} MB, as no run file has`, {
      hint: "`thaw init FOLDER` writes one; images are named in it by data.path",
    });
  } catch (cause) {
    if (cause instanceof ThawError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") {
      throw new ThawError("NOT_FOUND", `there is no run file ${path}`, {
        hint: SETTING.test(path)
          ? `each value wants a --set of its own: --set ${path}`
          : "`thaw init FOLDER` looks at a folder of images and writes one",
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

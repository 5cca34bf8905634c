/** The image files that a command's arguments mean. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { byPath } from "../../data/source/entries.js";
import { isImageName } from "../../data/source/fileNames.js";
import { walkFolder } from "../../data/source/folder.js";
import { LEADS_OUT } from "../../data/source/layout.js";
import { ThawError } from "../../spec/errors.js";
import { NOT_REGULAR, reasonOfCode } from "../../spec/images/unreadable.js";

export interface ExpandedFiles {
  readonly files: readonly string[];
  /** What a folder has under an image's name, or as a link, and is not read. */
  readonly leftOut: readonly { readonly path: string; readonly error: string }[];
}

/** A folder's files are passed over in silence for other reasons. */
const TOLD: ReadonlyMap<string, string> = new Map([
  [LEADS_OUT, "it is a link that leads out of the folder; --allow-outside reads it"],
  ...[reasonOfCode(NOT_REGULAR) as string].map((reason) => [reason, reason] as const),
]);

/**
 * Files as given, whatever their names say; folders as the images in and below them, sorted. A path that
 * does not exist is kept, so that the answer for it can say so.
 * @param outside whether links in a folder may lead out of it
 * @throws ThawError DATA_NOT_FOUND when none of the paths exists, or for a folder without images; DATA_INVALID for one
 *   that cannot be read
 */
export async function expandFiles(paths: readonly string[], outside = false): Promise<ExpandedFiles> {
  const found = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  if (found.every((entry) => entry === undefined)) {
    throw new ThawError("DATA_NOT_FOUND", `there is no file or folder ${paths.join(", ")}`);
  }
  const each = await Promise.all(
    paths.map((path, index) =>
      found[index]?.isDirectory() ? imagesIn(path, outside) : { files: [path], leftOut: [] },
    ),
  );
  return { files: each.flatMap(({ files }) => files), leftOut: each.flatMap(({ leftOut }) => leftOut) };
}

async function imagesIn(folder: string, outside: boolean): Promise<ExpandedFiles> {
  const { found, ignored } = await walkFolder(folder, outside);
  const files = found
    .filter(({ path }) => isImageName(path))
    .sort(byPath)
    .map(({ path }) => join(folder, path));
  const leftOut = ignored
    .flatMap(({ path, reason }) => {
      const error = TOLD.get(reason);
      return error === undefined ? [] : [{ path: join(folder, path), error }];
    })
    .sort(byPath);
  if (files.length + leftOut.length > 0) return { files, leftOut };
  throw new ThawError("DATA_NOT_FOUND", `there are no images in ${folder}`, {
    hint: "images are told by their extensions, e.g. .jpg or .png; name a file itself and it is tried all the same",
  });
}

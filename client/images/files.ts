/** The image files that a command's arguments mean. */
import { readdir, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { isHiddenName, isImageName } from "../../data/source/fileNames.js";
import { ThawError } from "../../spec/errors.js";

/**
 * Files as given, whatever their names say; folders as the images in and below them, sorted. A path that
 * does not exist is kept, so that the answer for it can say so.
 * @throws ThawError DATA_NOT_FOUND when none of the paths exists, or for a folder without images
 */
export async function expandFiles(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  if (found.every((entry) => entry === undefined)) {
    throw new ThawError("DATA_NOT_FOUND", `there is no file or folder ${paths.join(", ")}`);
  }
  const files = paths.map((path, index) => (found[index]?.isDirectory() ? imagesIn(path) : [path]));
  return (await Promise.all(files)).flat();
}

async function imagesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  const images = names.filter((name) => isImageName(name) && !name.split(sep).some(isHiddenName)).sort();
  if (images.length > 0) return images.map((name) => join(folder, name));
  throw new ThawError("DATA_NOT_FOUND", `there are no images in ${folder}`, {
    hint: "images are told by their extensions, e.g. .jpg or .png; name a file itself and it is tried all the same",
  });
}

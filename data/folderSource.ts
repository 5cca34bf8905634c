/** Lists a folder with one sub-folder per class. */
import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { SPLITS } from "../spec/dataset.js";
import { ThawError } from "../spec/errors.js";
import { isHiddenName, isImageName } from "./fileNames.js";
import { byPath, type SourceEntries, type SourceEntry } from "./sourceEntries.js";

type Ignored = SourceEntries["ignored"][number];

/** Names that say "split", not "class"; a folder of only these would train a classifier of the splits. */
const SPLIT_NAMES = new Set([...SPLITS, "training", "val", "valid", "testing"]);

export async function listFolder(folder: string): Promise<SourceEntries> {
  const ignored: Ignored[] = [];
  const classes: string[] = [];
  for (const item of await readFolder(folder)) {
    if (isHiddenName(item.name)) ignored.push({ path: item.name, reason: "hidden" });
    else if (item.isFolder) classes.push(item.name);
    else ignored.push({ path: item.name, reason: "not in a class folder" });
  }
  classes.sort();
  refuseTooFew(folder, classes, ignored);
  refuseSplitFolders(folder, classes);

  const entries: SourceEntry[] = [];
  for (const label of classes) {
    const files = await walk(join(folder, label), label, [await realpath(join(folder, label))], ignored);
    if (files.length === 0) throw emptyClass(folder, label);
    for (const path of files) entries.push({ path, file: join(folder, path), label });
  }
  return { source: folder, classes, entries: entries.sort(byPath), ignored: ignored.sort(byPath) };
}

export function emptyClass(folder: string, label: string): ThawError {
  return new ThawError("CLASS_EMPTY", `the class folder ${folder}/${label} has no image`, {
    hint: "put images into it, or remove the folder if it is no class",
  });
}

/** Paths of the images under `folder`. @param above real paths of the folders on the way here: links may circle */
async function walk(
  folder: string,
  path: string,
  above: readonly string[],
  ignored: Ignored[],
): Promise<string[]> {
  const images: string[] = [];
  for (const item of await readFolder(folder)) {
    const itemPath = `${path}/${item.name}`;
    if (isHiddenName(item.name)) ignored.push({ path: itemPath, reason: "hidden" });
    else if (item.isFolder) {
      const real = item.isLink ? await realpath(join(folder, item.name)) : join(folder, item.name);
      if (above.includes(real)) ignored.push({ path: itemPath, reason: "a link to a folder above it" });
      else images.push(...(await walk(join(folder, item.name), itemPath, [...above, real], ignored)));
    } else if (isImageName(item.name)) images.push(itemPath);
    else ignored.push({ path: itemPath, reason: "not an image by its name" });
  }
  return images;
}

interface Item {
  readonly name: string;
  readonly isFolder: boolean;
  readonly isLink: boolean;
}

async function readFolder(folder: string): Promise<Item[]> {
  const items = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new ThawError("DATA_INVALID", `the folder ${folder} cannot be read: ${(cause as Error).message}`, {
      hint: "check its permissions",
      cause,
    });
  });
  return Promise.all(items.map((item) => followLink(folder, item)));
}

async function followLink(folder: string, item: Dirent): Promise<Item> {
  const isLink = item.isSymbolicLink();
  // A link to nowhere counts as a file: whoever reads it says what is wrong.
  const isFolder = isLink
    ? await stat(join(folder, item.name)).then(
        (target) => target.isDirectory(),
        () => false,
      )
    : item.isDirectory();
  return { name: item.name, isFolder, isLink };
}

export function refuseTooFew(folder: string, classes: readonly string[], ignored: readonly Ignored[]): void {
  if (classes.length >= 2) return;
  const loose = ignored.filter(({ path }) => isImageName(path)).length;
  const only = classes[0] === undefined ? "no class folder" : `only one class folder ("${classes[0]}")`;
  const images =
    loose === 0 ? "" : ` and ${loose} ${loose === 1 ? "image" : "images"} outside of class folders`;
  throw new ThawError("TOO_FEW_CLASSES", `found ${only}${images} in ${folder}; at least two are needed`, {
    hint:
      "put the images of each class into a folder named after it, e.g. " +
      `${folder}/cat/1.jpg and ${folder}/dog/1.jpg`,
  });
}

export function refuseSplitFolders(folder: string, names: readonly string[]): void {
  if (!names.every((name) => SPLIT_NAMES.has(name.toLowerCase()))) return;
  throw new ThawError(
    "DATA_INVALID",
    `the folders in ${folder} are named like splits (${names.join(", ")}), not like classes`,
    {
      hint:
        "point data.path at the training folder (thaw makes its own split), " +
        "or write a manifest with the columns path, label and split",
    },
  );
}

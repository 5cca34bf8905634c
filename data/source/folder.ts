/** Lists a folder with one sub-folder per class, or with folders of splits that have them. */
import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { ThawError } from "../../spec/errors.js";
import type { Split } from "../../spec/records/dataset.js";
import { byPath, type SourceEntries, type SourceEntry } from "./entries.js";
import { isHiddenName, isImageName } from "./fileNames.js";
import { areSplitFolders, rolesOfSplitFolders } from "./splitFolders.js";

type Ignored = SourceEntries["ignored"][number];

export async function listFolder(folder: string): Promise<SourceEntries> {
  const ignored: Ignored[] = [];
  const names = await foldersIn(folder, "", ignored);
  const { classes, entries } = areSplitFolders(names)
    ? await listSplits(folder, names, ignored)
    : { classes: names, entries: await listClasses(folder, "", names, ignored) };
  return usableSource(folder, classes, entries, ignored);
}

/**
 * What was found below a folder or a prefix, in the one order of files.
 * @throws ThawError TOO_FEW_CLASSES, CLASS_EMPTY
 */
export function usableSource(
  source: string,
  classes: readonly string[],
  entries: readonly SourceEntry[],
  ignored: readonly Ignored[],
): SourceEntries {
  refuseTooFew(source, classes, ignored);
  const used = new Set(entries.map(({ label }) => label));
  const empty = classes.find((name) => !used.has(name));
  if (empty !== undefined) throw emptyClass(source, empty);
  return { source, classes, entries: entries.toSorted(byPath), ignored: ignored.toSorted(byPath) };
}

/** Classes may be missing in a split; what that means is found out when all images are known. */
async function listSplits(
  folder: string,
  names: readonly string[],
  ignored: Ignored[],
): Promise<{ readonly classes: readonly string[]; readonly entries: SourceEntry[] }> {
  const classesIn = new Map<string, readonly string[]>();
  for (const name of names) classesIn.set(name, await foldersIn(join(folder, name), `${name}/`, ignored));
  const roles = rolesOfSplitFolders(
    folder,
    names,
    names.filter((name) => (classesIn.get(name) ?? []).length > 0),
  );
  const entries: SourceEntry[] = [];
  for (const [name, split] of roles) {
    entries.push(...(await listClasses(folder, `${name}/`, classesIn.get(name) ?? [], ignored, split)));
  }
  return { classes: [...new Set([...classesIn.values()].flat())].sort(), entries };
}

/** Names of the folders in a folder. @param prefix path of the folder in the source, with a slash */
async function foldersIn(folder: string, prefix: string, ignored: Ignored[]): Promise<readonly string[]> {
  const names: string[] = [];
  for (const item of await readFolder(folder)) {
    const path = `${prefix}${item.name}`;
    if (isHiddenName(item.name)) ignored.push({ path, reason: "hidden" });
    else if (item.isFolder) names.push(item.name);
    else ignored.push({ path, reason: "not in a class folder" });
  }
  return names.sort();
}

async function listClasses(
  folder: string,
  prefix: string,
  labels: readonly string[],
  ignored: Ignored[],
  split?: Split,
): Promise<SourceEntry[]> {
  const entries: SourceEntry[] = [];
  for (const label of labels) {
    const below = `${prefix}${label}`;
    const files = await walk(join(folder, below), below, [await realpath(join(folder, below))], ignored);
    for (const path of files) {
      entries.push({ path, file: join(folder, path), label, ...(split === undefined ? {} : { split }) });
    }
  }
  return entries;
}

function emptyClass(folder: string, label: string): ThawError {
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

function refuseTooFew(folder: string, classes: readonly string[], ignored: readonly Ignored[]): void {
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

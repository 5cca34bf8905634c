/** What folders mean, on disk and in buckets alike: class folders, or folders of splits that have them. */
import { ThawError } from "../../spec/errors.js";
import type { ListedObject } from "../../spec/images/objects.js";
import type { Split } from "../../spec/records/dataset.js";
import type { FolderReading } from "../../spec/runFile/folders.js";
import { className, refuseTooMany, tooLong } from "./className.js";
import { byPath, type SourceEntries, type SourceEntry } from "./entries.js";
import { isHiddenName, isImageName } from "./fileNames.js";
import { refuseUncertain } from "./readings.js";
import { areSplitFolders, rolesOfSplitFolders } from "./splitFolders.js";

type Ignored = SourceEntries["ignored"][number];

/** Why a link is left out. */
export const LEADS_OUT = "a link that leads out of the source";
/** How it is taken all the same. */
export const TAKE_OUTSIDE =
  "data: { outside: allow } in the run file, or --allow-outside, reads what lies outside";

/** A file below the source's folder or prefix, or a folder: then its path ends in a slash. */
export interface FoundFile {
  /** Relative to the source, with forward slashes. */
  readonly path: string;
  readonly file: string;
  readonly object?: ListedObject;
}

/**
 * @param found all that lie below the source
 * @param passedOver what was left out already
 * @param reading what the run file says of the folders; found out without it
 * @throws ThawError DATA_INVALID when there are two plausible readings, TOO_FEW_CLASSES, CLASS_EMPTY
 */
export function layOut(
  source: string,
  found: readonly FoundFile[],
  passedOver: readonly Ignored[],
  reading: FolderReading | undefined,
): SourceEntries {
  const tops = foldersAt(found, 0);
  if (reading === undefined) refuseUncertain(source, found, tops);
  const divided = reading === undefined ? areSplitFolders(tops) : reading === "splits";
  const depth = divided ? 1 : 0;
  const splitTops = divided ? tops.filter((name) => areSplitFolders([name])) : [];
  const folders = foldersAt(found, depth).filter((path) => !divided || areSplitFolders([topOf(path)]));
  const roles = divided
    ? rolesOfSplitFolders(source, splitTops, [...new Set(folders.map(topOf))])
    : new Map<string, Split>();
  const entries: SourceEntry[] = [];
  const labelOf = onePerFolder(className);
  const ignored = new Map<string, string>(passedOver.map(({ path, reason }) => [path, reason]));
  for (const one of found) {
    const { path } = one;
    const parts = path.split("/");
    const hidden = parts.findIndex(isHiddenName);
    const [top = ""] = parts;
    if (hidden >= 0) ignored.set(parts.slice(0, hidden + 1).join("/"), "hidden");
    else if (divided && parts.length > 1 && !areSplitFolders([top])) {
      ignored.set(top, "not a folder of a split");
    } else if (path === "" || path.endsWith("/")) continue;
    else if (parts.length < depth + 2) ignored.set(path, "not in a class folder");
    else if (!isImageName(path)) ignored.set(path, "not an image by its name");
    else entries.push(entryOf(one, labelOf(parts[depth] ?? ""), roles.get(top)));
  }
  const classes = [...new Set(folders.map((path) => className(path.split("/")[depth] ?? "")))].sort();
  for (const folder of folders) refuseLong(source, folder);
  refuseTooMany(source, classes);
  return usableSource(
    source,
    classes,
    entries,
    [...ignored].map(([path, reason]) => ({ path, reason })),
  );
}

/** @param folder relative to the source. @throws ThawError DATA_INVALID */
function refuseLong(source: string, folder: string): void {
  const problem = tooLong(className(folder.split("/").at(-1) ?? ""));
  if (problem === undefined) return;
  throw new ThawError("DATA_INVALID", `the name of a class folder in ${source} ${problem}`, {
    hint: "rename the folder: its name is the label that the model gives",
  });
}

/** The same string for all images of a folder, rather than one for each. */
function onePerFolder(nameOf: (folder: string) => string): (folder: string) => string {
  const names = new Map<string, string>();
  return (folder) => {
    const known = names.get(folder) ?? nameOf(folder);
    names.set(folder, known);
    return known;
  };
}

function entryOf({ path, file, object }: FoundFile, label: string, split: Split | undefined): SourceEntry {
  return {
    path,
    file,
    label,
    ...(object === undefined ? {} : { object }),
    ...(split === undefined ? {} : { split }),
  };
}

/** Paths of the folders that lie so deep, those that are hidden or in a hidden one left out. */
export function foldersAt(found: readonly { readonly path: string }[], depth: number): string[] {
  const paths = new Set<string>();
  for (const { path } of found) {
    const parts = path.split("/");
    const folder = parts.slice(0, depth + 1);
    if (parts.length > depth + 1 && !folder.some(isHiddenName)) paths.add(folder.join("/"));
  }
  return [...paths].sort();
}

export const topOf = (path: string): string => path.split("/")[0] ?? "";

/** In the one order of files. @throws ThawError TOO_FEW_CLASSES, CLASS_EMPTY */
function usableSource(
  source: string,
  classes: readonly string[],
  entries: readonly SourceEntry[],
  ignored: readonly Ignored[],
): SourceEntries {
  refuseTooFew(source, classes, entries, ignored);
  const used = new Set(entries.map(({ label }) => label));
  const empty = classes.find((name) => !used.has(name));
  if (empty !== undefined) {
    const ofIt = ignored.filter(({ path }) => path.split("/").map(className).includes(empty));
    throw new ThawError("CLASS_EMPTY", `the class folder ${source}/${empty} has no image`, {
      hint: `put images into it, or take the folder out of there if it is no class${orOutside(ofIt)}`,
    });
  }
  return { source, classes, entries: entries.toSorted(byPath), ignored: ignored.toSorted(byPath) };
}

function refuseTooFew(
  folder: string,
  classes: readonly string[],
  entries: readonly SourceEntry[],
  ignored: readonly Ignored[],
): void {
  if (classes.length >= 2) return;
  const loose = ignored.filter(({ path }) => isImageName(path)).length;
  const only = classes[0] === undefined ? "no class folder" : `only one class folder ("${classes[0]}")`;
  const images =
    loose === 0 ? "" : ` and ${loose} ${loose === 1 ? "image" : "images"} outside of class folders`;
  const below = classes[0] === undefined ? [] : foldersAt(entries, 1);
  const manifest = ignored.find(({ path }) => /^[^/]+\.(csv|jsonl)$/i.test(path))?.path;
  const orManifest = manifest === undefined ? "" : `if ${manifest} is a manifest, point data.path at it; `;
  throw new ThawError("TOO_FEW_CLASSES", `found ${only}${images} in ${folder}; at least two are needed`, {
    hint:
      orManifest +
      (below.length >= 2
        ? `if the folders in it are the classes, point data.path at ${folder}/${topOf(below[0] ?? "")}`
        : "put the images of each class into a folder named after it, e.g. " +
          `${folder}/cat/1.jpg and ${folder}/dog/1.jpg`) +
      orOutside(ignored),
  });
}

/** A hint's end where links were left out. */
function orOutside(ignored: readonly Ignored[]): string {
  const links = ignored.filter(({ reason }) => reason === LEADS_OUT);
  const [first] = links;
  if (first === undefined) return "";
  const which = links.length === 1 ? `${first.path} is` : `${first.path} and ${links.length - 1} more are`;
  return `; ${which} left out as ${LEADS_OUT}: ${TAKE_OUTSIDE}`;
}

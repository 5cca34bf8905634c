/** Folders that can be read in two ways, which only their owner can tell apart. */
import { posix } from "node:path";
import { ThawError } from "../../spec/errors.js";
import { isHiddenName, isImageName } from "./fileNames.js";
import { areSplitFolders } from "./splitFolders.js";

interface Found {
  readonly path: string;
}

/** Folders named in a sentence; the rest is counted. */
const NAMED = 6;
/** Files with boxes or outlines of what is in an image, beside it or in a folder of their own. */
const BOXES = /\.(txt|xml|json)$/i;
/** From this share of the images on, with a file each, it is no chance. */
const MOST = 0.5;
/** One sub-folder of the same name, as `images`, says nothing. */
const SHARED = 2;

/** @param tops the folders in the source @throws ThawError DATA_INVALID with both readings */
export function refuseUncertain(source: string, found: readonly Found[], tops: readonly string[]): void {
  const visible = found.filter(({ path }) => !path.split("/").some(isHiddenName));
  const images = visible.filter(({ path }) => path.includes("/") && isImageName(path));
  const below = subFolders(images, tops);
  refuseBoxes(source, visible, images);
  if (areSplitFolders(tops)) {
    refuseDoubled(source, images);
    return;
  }
  const named = tops.filter((name) => areSplitFolders([name]));
  const others = tops.filter((name) => !named.includes(name));
  const withClasses = named.filter((name) => (below.get(name) ?? []).length > 0);
  // A single folder called `train` that has nothing but images may well be the class of trains.
  if (withClasses.length > 0 || named.length > 1) {
    const classes = [...new Set(withClasses.flatMap((name) => below.get(name) ?? []))].sort();
    const asSplits =
      classes.length === 0
        ? `splits (${list(named)}, which have no class folders)`
        : `splits (${list(named)}) of the classes ${list(classes)}, with ${list(others)} left out`;
    refuse(source, `as ${asSplits}, or as the classes ${list(tops)}`);
  }
  const shared = sharedFolders(below);
  if (shared !== undefined) {
    const [parents, names] = shared;
    refuse(
      source,
      `as the classes ${list(tops)}, or as parts of one set, as ${list(parents)} have the same folders in them: ${list(names)}`,
      `if ${list(names)} are the classes, call the upper folders train, validation and test and let the run file say data: { folders: splits }, ` +
        "or write a manifest (path,label); if the upper folders are the classes, data: { folders: classes } says so",
    );
  }
}

/** Splits that hold splits, as some archives unpack: nothing says which of the two names counts. */
function refuseDoubled(source: string, images: readonly Found[]): void {
  const doubled = images.find(({ path }) => {
    const parts = path.split("/");
    // A class of trains has its images in it; splits have folders.
    return parts.length > 3 && areSplitFolders([parts[1] ?? ""]);
  });
  if (doubled === undefined) return;
  throw new ThawError(
    "DATA_INVALID",
    `the folders in ${source} are named like splits, and so are folders in them (${posix.dirname(doubled.path)}): ` +
      "these would be the classes",
    {
      hint: "move the class folders up, as in train/cat/1.jpg; if they are classes, say so in the run file: data: { folders: splits }",
    },
  );
}

/** Of each top folder the names of the folders in it that hold images. */
function subFolders(
  images: readonly Found[],
  tops: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const names = new Map(tops.map((top) => [top, new Set<string>()]));
  for (const { path } of images) {
    const [top = "", name, file] = path.split("/");
    if (name !== undefined && file !== undefined) names.get(top)?.add(name);
  }
  return new Map([...names].map(([top, inside]) => [top, [...inside].sort()]));
}

/** Folders that have the same folders in them, and which. */
function sharedFolders(
  below: ReadonlyMap<string, readonly string[]>,
): readonly [parents: readonly string[], names: readonly string[]] | undefined {
  const parents = new Map<string, string[]>();
  for (const [top, names] of below) {
    for (const name of names) parents.set(name, [...(parents.get(name) ?? []), top]);
  }
  const shared = [...parents].filter(([, tops]) => tops.length > 1);
  const pair = shared[0]?.[1].slice(0, 2) ?? [];
  const names = shared.filter(([, tops]) => pair.every((top) => tops.includes(top))).map(([name]) => name);
  if (names.length < SHARED) return undefined;
  return [[...new Set(shared.flatMap(([, tops]) => tops))].sort(), names.sort()];
}

function refuseBoxes(source: string, found: readonly Found[], images: readonly Found[]): void {
  // A file belongs to the image of its name, whatever folder it is in: labels/1.txt to images/1.jpg.
  const files = found.filter(({ path }) => BOXES.test(path));
  if (files.length === 0) return;
  const stems = new Map(files.map(({ path }) => [stemOf(path), path]));
  const described = images.filter(({ path }) => stems.has(stemOf(path)));
  const [first] = described;
  if (first === undefined || described.length < MOST * images.length) return;
  throw new ThawError(
    "DATA_INVALID",
    `${described.length} of ${images.length} images in ${source} have a file of the same name beside them ` +
      `(${first.path} and ${stems.get(stemOf(first.path))}), as images with boxes or outlines have: ` +
      "those are not read, and folders alone would be the classes",
    {
      hint:
        "thaw learns one label an image: write a manifest (path,label), or, if the folders are the classes all the same, " +
        "say so in the run file: data: { folders: classes } (or splits)",
    },
  );
}

const stemOf = (path: string): string => posix.basename(path, posix.extname(path));

function refuse(source: string, readings: string, hint?: string): never {
  throw new ThawError("DATA_INVALID", `the folders in ${source} can be read in two ways: ${readings}`, {
    hint:
      hint ??
      "say in the run file which is right: data: { folders: splits } or data: { folders: classes } " +
        "(thaw init --folders writes it)",
  });
}

function list(names: readonly string[]): string {
  const more = names.length - NAMED;
  return names.slice(0, NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

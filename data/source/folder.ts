/** Lists all that lies in a folder and below; links are followed, but not to what is listed anyway. */
import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { ThawError } from "../../spec/errors.js";
import type { FolderReading } from "../../spec/runFile/folders.js";
import type { SourceEntries } from "./entries.js";
import { isHiddenName } from "./fileNames.js";
import { type FoundFile, layOut } from "./layout.js";

type Ignored = SourceEntries["ignored"][number];

/** @param reading what the run file says that the folders mean */
export async function listFolder(folder: string, reading?: FolderReading): Promise<SourceEntries> {
  const walk: Walk = { found: [], ignored: [], root: await realpath(folder) };
  await walkInto({ folder, path: "", real: walk.root, above: [walk.root] }, walk);
  return layOut(folder, walk.found, walk.ignored, reading);
}

interface Walk {
  readonly found: FoundFile[];
  readonly ignored: Ignored[];
  /** The source, without links. */
  readonly root: string;
}

interface Place {
  readonly folder: string;
  /** Relative to the source, with a slash at its end unless it is empty. */
  readonly path: string;
  /** Without links. */
  readonly real: string;
  /** This and the folders on the way here, without links: they may circle. */
  readonly above: readonly string[];
}

async function walkInto({ folder, path, real, above }: Place, walk: Walk): Promise<void> {
  for (const { name, isFolder, isLink, isLost } of await readFolder(folder)) {
    const itemPath = `${path}${name}`;
    const file = join(folder, name);
    if (isHiddenName(name)) walk.ignored.push({ path: itemPath, reason: "hidden" });
    else if (isLost) refuseLostName(folder, name);
    else if (!isFolder) walk.found.push({ path: itemPath, file });
    else {
      const target = isLink ? await realpath(file) : join(real, name);
      const reason = isLink ? whyNotFollowed(target, above, walk.root) : undefined;
      if (reason !== undefined) {
        walk.ignored.push({ path: itemPath, reason });
        continue;
      }
      walk.found.push({ path: `${itemPath}/`, file });
      await walkInto({ folder: file, path: `${itemPath}/`, real: target, above: [...above, target] }, walk);
    }
  }
}

/** A link back puts the images of all classes into one; one to another class puts its images into this one. */
function whyNotFollowed(target: string, above: readonly string[], root: string): string | undefined {
  if (above.some((folder) => isIn(folder, target))) return "a link to a folder above it";
  // What is hidden in the source is not listed otherwise, and a link to it is how it is meant to be found.
  if (isIn(target, root) && !relative(root, target).split(sep).some(isHiddenName)) {
    return "a link to a folder that is listed already";
  }
  return undefined;
}

/** Whether a folder is another one or lies in it. */
function isIn(folder: string, other: string): boolean {
  return folder === other || folder.startsWith(other.endsWith(sep) ? other : `${other}${sep}`);
}

/** Two such names may be shown, and opened, as one. */
function refuseLostName(folder: string, name: string): never {
  throw new ThawError("DATA_INVALID", `the name of ${join(folder, name)} is not UTF-8`, {
    hint: "an archive was unpacked with another encoding: rename it, or unpack it anew (unzip -O, bsdtar)",
  });
}

interface Item {
  readonly name: string;
  readonly isFolder: boolean;
  readonly isLink: boolean;
  /** Whether it cannot be opened by its name. */
  readonly isLost: boolean;
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
  const { name } = item;
  const isLink = item.isSymbolicLink();
  // Node puts U+FFFD for bytes that are no UTF-8; a name may have that sign itself.
  const isLost =
    name.includes("\ufffd") &&
    !isLink &&
    (await stat(join(folder, name)).then(
      () => false,
      () => true,
    ));
  // A link to nowhere counts as a file: whoever reads it says what is wrong.
  const isFolder = isLink
    ? await stat(join(folder, name)).then(
        (target) => target.isDirectory(),
        () => false,
      )
    : item.isDirectory();
  return { name, isFolder, isLink, isLost };
}

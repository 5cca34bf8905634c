/** Lists all that lies in a folder and below; links are followed, but not to what is listed anyway. */
import type { Dirent, Stats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { ThawError } from "../../spec/errors.js";
import { NOT_REGULAR, reasonOfCode } from "../../spec/images/unreadable.js";
import type { SourceReading } from "../../spec/runFile/folders.js";
import type { SourceEntries } from "./entries.js";
import { isHiddenName } from "./fileNames.js";
import { type FoundFile, LEADS_OUT, layOut } from "./layout.js";
import { isBelow } from "./openFile.js";

type Ignored = SourceEntries["ignored"][number];

/** @param reading what the run file says of the folders and of links that lead out of them */
export async function listFolder(
  folder: string,
  { folders, outside }: SourceReading = {},
): Promise<SourceEntries> {
  const { found, ignored, root } = await walkFolder(folder, outside === "allow");
  const listed = layOut(folder, found, ignored, folders);
  return outside === "allow" ? listed : { ...listed, within: root };
}

export interface Walk {
  /** Files and folders, but nothing that is hidden. */
  readonly found: FoundFile[];
  readonly ignored: Ignored[];
  /** The folder, without links. */
  readonly root: string;
  /** Whether links out of it are followed. */
  readonly leadsOut: boolean;
}

/** @throws ThawError DATA_INVALID for a folder that cannot be read, and for names that are lost */
export async function walkFolder(folder: string, leadsOut: boolean): Promise<Walk> {
  const walk: Walk = { found: [], ignored: [], root: await realpath(folder), leadsOut };
  await walkInto({ folder, path: "", real: walk.root, above: [walk.root] }, walk);
  return walk;
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
  const items = await readFolder(folder);
  const folderWithSlash = folder.endsWith(sep) ? folder : `${folder}${sep}`;
  // A promise for each of a hundred thousand names would take more memory than all that is known of them.
  const followed = await followLinks(folder, items);
  for (const item of items) {
    const { name } = item;
    const { kind, linkedTo, isLost } = followed.get(item) ?? { kind: kindOf(item), isLost: false };
    const itemPath = joined(path, name);
    const file = joined(folderWithSlash, name);
    const leave = (reason: string): number => walk.ignored.push({ path: itemPath, reason });
    const whyNot = linkedTo === undefined ? undefined : whyNotFollowed(linkedTo, kind, above, walk);
    if (isHiddenName(name)) leave("hidden");
    else if (isLost) refuseLostName(folder, name);
    else if (whyNot !== undefined) leave(whyNot);
    else if (kind === "other") leave(reasonOfCode(NOT_REGULAR) as string);
    else if (kind === "file") walk.found.push({ path: itemPath, file });
    else {
      walk.found.push({ path: `${itemPath}/`, file });
      const target = linkedTo ?? join(real, name);
      await walkInto({ folder: file, path: `${itemPath}/`, real: target, above: [...above, target] }, walk);
    }
  }
}

/** One piece of memory: a sum of strings keeps all that it was added up from, and there may be a million of them. */
const joined = (...parts: readonly string[]): string => parts.join("");

/** A link back puts the images of all classes into one; one to another class puts its images into this one. */
function whyNotFollowed(
  target: string,
  kind: Item["kind"],
  above: readonly string[],
  { root, leadsOut }: Walk,
): string | undefined {
  const isInside = isBelow(target, root);
  if (kind === "folder") {
    if (above.some((folder) => isBelow(folder, target))) return "a link to a folder above it";
    // What is hidden in the source is not listed otherwise, and a link to it is how it is meant to be found.
    if (isInside && !relative(root, target).split(sep).some(isHiddenName)) {
      return "a link to a folder that is listed already";
    }
  }
  return isInside || leadsOut ? undefined : LEADS_OUT;
}

/** Two such names may be shown, and opened, as one. */
function refuseLostName(folder: string, name: string): never {
  throw new ThawError("DATA_INVALID", `the name of ${join(folder, name)} is not UTF-8`, {
    hint: "an archive was unpacked with another encoding: rename it, or unpack it anew (unzip -O, bsdtar)",
  });
}

interface Item {
  /** Other is what may wait or go on for ever: pipes, sockets and devices. */
  readonly kind: "file" | "folder" | "other";
  /** Of a link, unless it leads nowhere: what it leads to, without links. */
  readonly linkedTo?: string;
  /** Whether it cannot be opened by its name. */
  readonly isLost: boolean;
}

async function readFolder(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new ThawError("DATA_INVALID", `the folder ${folder} cannot be read: ${(cause as Error).message}`, {
      hint: "check its permissions",
      cause,
    });
  });
}

/** Of links, and of names that may be lost; what the others are, the folder says itself. */
async function followLinks(folder: string, items: readonly Dirent[]): Promise<ReadonlyMap<Dirent, Item>> {
  const unclear = items.filter((item) => item.isSymbolicLink() || item.name.includes(REPLACED));
  const followed = unclear.map(async (item) => [item, await followLink(folder, item)] as const);
  return new Map(await Promise.all(followed));
}

/** Node puts it for bytes that are no UTF-8; a name may have that sign itself. */
const REPLACED = "\ufffd";

async function followLink(folder: string, item: Dirent): Promise<Item> {
  const path = join(folder, item.name);
  if (!item.isSymbolicLink()) {
    const isLost = await stat(path).then(
      () => false,
      () => true,
    );
    return { kind: kindOf(item), isLost };
  }
  try {
    const linkedTo = await realpath(path);
    return { kind: kindOf(await stat(linkedTo)), linkedTo, isLost: false };
  } catch {
    // A link to nowhere counts as a file: whoever reads it says what is wrong.
    return { kind: "file", isLost: false };
  }
}

function kindOf(item: Dirent | Stats): Item["kind"] {
  if (item.isDirectory()) return "folder";
  return item.isFile() ? "file" : "other";
}

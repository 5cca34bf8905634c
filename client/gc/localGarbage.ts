/** Files on this machine that nothing will ask for again: copies of artifacts, activations, torn attempts. */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { IMAGES_KEPT_DAYS } from "../../store/images/files.js";

export interface LocalGarbage {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** Folders under the work folder, and when an entry may go. */
const RULES: readonly { readonly folder: string; readonly days: number }[] = [
  // A stage removes its attempt itself; what is left over is of workers that were killed.
  { folder: "attempts", days: 1 },
  // Everything below can be fetched or computed again; entries are used for the length of a run.
  { folder: "scratch", days: 1 },
  { folder: "artifacts", days: 30 },
  { folder: "images", days: IMAGES_KEPT_DAYS },
  { folder: "sources", days: 30 },
  { folder: "bases", days: 30 },
  { folder: "models", days: 30 },
];

const DAY_MS = 24 * 3600 * 1000;
/** A stage writes its files all the time; one that has not for so long was cancelled or killed. */
const TORN_MS = 3600 * 1000;

/** Entries that have not been written to for as long as their rule says. */
export async function findLocalGarbage(workFolder: string, now: Date): Promise<readonly LocalGarbage[]> {
  const found: LocalGarbage[] = [];
  for (const { folder, days } of RULES) {
    const parent = join(workFolder, folder);
    for (const name of await readdir(parent).catch(() => [])) {
      const path = join(parent, name);
      const { size, newest } = await measure(path);
      if (newest < now.getTime() - days * DAY_MS) found.push({ path, size });
      // Elsewhere a name may be an image's.
      else if (folder === "scratch") found.push(...(await tornIn(path, now)));
    }
  }
  return found;
}

/** What the work folder holds, and how much of it are activations, in bytes. */
export async function measureWork(workFolder: string): Promise<{ bytes: number; scratchBytes: number }> {
  const { size: scratchBytes } = await measure(join(workFolder, "scratch"));
  const { size: bytes } = await measure(workFolder);
  return { bytes, scratchBytes };
}

/** Files and folders below that were to be renamed once they were whole. */
async function tornIn(folder: string, now: Date): Promise<readonly LocalGarbage[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const torn: LocalGarbage[] = [];
  for (const name of names.filter((one) => one.endsWith(".part"))) {
    const path = join(folder, name);
    const { size, newest } = await measure(path);
    if (newest < now.getTime() - TORN_MS) torn.push({ path, size });
  }
  return torn;
}

export async function removeLocal(garbage: readonly LocalGarbage[]): Promise<void> {
  for (const { path } of garbage) await rm(path, { recursive: true, force: true });
}

/** Size of everything in it in bytes, and the newest time of writing in ms. */
async function measure(path: string): Promise<{ readonly size: number; readonly newest: number }> {
  const own = await stat(path).catch(() => undefined);
  // It went while we looked.
  if (own === undefined) return { size: 0, newest: Number.POSITIVE_INFINITY };
  if (!own.isDirectory()) return { size: own.size, newest: own.mtimeMs };
  let size = 0;
  let newest = own.mtimeMs;
  for (const name of await readdir(path).catch(() => [])) {
    const inner = await measure(join(path, name));
    size += inner.size;
    newest = Math.max(newest, inner.newest);
  }
  return { size, newest };
}

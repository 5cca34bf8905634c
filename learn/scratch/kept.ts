/** Files that are kept on this machine for the stages that follow, each with its digest beside it. */
import { readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { lookAt, noteIntact } from "../../files/intact.js";
import type { Progress } from "../../spec/records/training.js";

const digestFile = (path: string): string => `${path}.sha256`;

/**
 * @param digest of the file; undefined for one that is none of ours
 * @param publish gives the file its name
 */
export async function keepDigest(
  path: string,
  digest: string | undefined,
  publish: () => Promise<void>,
): Promise<void> {
  if (digest === undefined) return publish();
  // Were the old digest there when this is broken off, the new file would look damaged and be made once more.
  await rm(digestFile(path), { force: true });
  await publish();
  await writeFile(digestFile(path), digest);
  await noteIntact(path, digest);
}

/**
 * Whether the file is there and what it was when it was written. One without a digest is of an older version, or of an
 * attempt that was killed in between: its name says that it is whole.
 */
export async function isKept(path: string, onProgress: (progress: Progress) => void): Promise<boolean> {
  const digest = await readFile(digestFile(path), "utf8").catch(() => undefined);
  if (digest === undefined) return (await stat(path).catch(() => undefined)) !== undefined;
  const found = await lookAt(path, digest);
  if (found !== "changed") return found === "intact";
  onProgress({ phase: `${path} was changed after it was written: it is computed anew`, step: 0, total: 1 });
  return false;
}

/** Far less than the ten minutes after which one counts as left behind (`files/scratch.ts`). */
const TOUCH_MS = 60_000;

/** Renews the time of a folder in the scratch until the work is over: those who tidy that up see that somebody is at it. */
export async function whileInUse<Result>(
  folder: string,
  work: () => Promise<Result>,
  touchMs = TOUCH_MS,
): Promise<Result> {
  const touch = (): void => {
    const now = new Date();
    // It is renamed in the end.
    utimes(folder, now, now).catch(() => undefined);
  };
  const timer = setInterval(touch, touchMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Keeps the activations on this machine within a budget: those of the longest ago go first. */
import { readdir, rm, stat, statfs, utimes } from "node:fs/promises";
import { join } from "node:path";

export const SCRATCH = "scratch";
/** Of what the scratch has and what is free: room for other runs' images, results and for other programs stays. */
const SHARE = 0.2;
/** Of a large disk. Ten runs' activations at two thousand views and three stages take about as much. */
const MOST_BYTES = 20e9;
/** What is being written is written all the time; a worker beside this one may be at it. */
const IDLE_MS = 10 * 60_000;
const GIGABYTE = 1e9;

interface Entry {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch: written, or taken up by a stage. */
  readonly used: number;
}

/**
 * Called as a stage begins. Files that a cancelled or killed stage was at (`.part`) go as well.
 * @param current folder of the stage that begins; it stays and counts as used now
 * @param env `THAW_SCRATCH_GB`: budget in gigabytes instead of a share of the disk
 */
export async function boundScratch(
  workFolder: string,
  current: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
  now = Date.now(),
): Promise<readonly string[]> {
  const folder = join(workFolder, SCRATCH);
  await utimes(current, now / 1000, now / 1000).catch(() => undefined);
  const removed = await removeParts(folder, now);
  const entries = await entriesOf(folder);
  let bytes = entries.reduce((sum, { size }) => sum + size, 0);
  const budget = scratchBudget(bytes, await freeBytes(folder), env);
  for (const { path, size, used } of entries.toSorted((a, b) => a.used - b.used)) {
    if (bytes <= budget) break;
    if (path === current || used > now - IDLE_MS) continue;
    await rm(path, { recursive: true, force: true });
    bytes -= size;
    removed.push(path);
  }
  return removed;
}

/** @param bytes of the scratch now */
export function scratchBudget(
  bytes: number,
  free: number,
  { THAW_SCRATCH_GB: given }: Readonly<Record<string, string | undefined>>,
): number {
  const gigabytes = Number(given);
  if (given !== undefined && given.trim() !== "" && gigabytes >= 0) return gigabytes * GIGABYTE;
  return Math.min(MOST_BYTES, SHARE * (bytes + free));
}

async function removeParts(folder: string, now: number): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const removed: string[] = [];
  for (const name of names.filter((one) => one.endsWith(".part"))) {
    const path = join(folder, name);
    const { newest } = await measured(path);
    if (newest > now - IDLE_MS) continue;
    await rm(path, { recursive: true, force: true });
    removed.push(path);
  }
  return removed;
}

async function entriesOf(folder: string): Promise<readonly Entry[]> {
  const names = await readdir(folder).catch(() => []);
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const { size, newest } = await measured(path);
      return { path, size, used: newest };
    }),
  );
}

/** What goes while it is looked at counts as new, and has no size. */
async function measured(path: string): Promise<{ readonly size: number; readonly newest: number }> {
  const own = await stat(path).catch(() => undefined);
  if (own === undefined) return { size: 0, newest: Number.POSITIVE_INFINITY };
  if (!own.isDirectory()) return { size: own.size, newest: own.mtimeMs };
  const inner = await Promise.all(
    (await readdir(path).catch(() => [])).map((name) => measured(join(path, name))),
  );
  return {
    size: inner.reduce((sum, { size }) => sum + size, 0),
    newest: Math.max(own.mtimeMs, ...inner.map(({ newest }) => newest)),
  };
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder).catch(() => ({ bavail: 0, bsize: 0 }));
  return bavail * bsize;
}

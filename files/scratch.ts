/** Keeps the activations on this machine within a budget: those of the longest ago go first. */
import { readdir, rm, stat, statfs, utimes } from "node:fs/promises";
import { join } from "node:path";
import { isPartOfWorker } from "./parts.js";

export const SCRATCH = "scratch";
/** Of what the scratch has and what is free: room for other runs' images, results and for other programs stays. */
const SHARE = 0.2;
/** Of a large disk. Ten runs' activations at two thousand views and three stages take about as much. */
const MOST_BYTES = 20e9;
/** Of the disk, whatever the budget: artifacts, checkpoints and other programs write there too. */
const RESERVED_SHARE = 0.05;
const MOST_RESERVED_BYTES = 2e9;
/** What is being written is written all the time; a worker beside this one may be at it. */
const IDLE_MS = 10 * 60_000;
const GIGABYTE = 1e9;

type Environment = Readonly<Record<string, string | undefined>>;
/** As a run asks for it: bytes, or a share of what the scratch has and what is free. */
type Asked = { readonly bytes: number } | { readonly share: number };

interface Entry {
  readonly path: string;
  /** Bytes, those that a file which is being written will have included. */
  readonly size: number;
  /** Bytes of it that are not on the disk yet. */
  readonly ahead: number;
  /** Milliseconds since the epoch: written, or taken up by a stage. */
  readonly used: number;
}

/** What there is for the activations of one set of images. */
export interface ScratchRoom {
  /** Bytes that their folder may have. */
  readonly within: number;
  /** Bytes that it has. */
  readonly own: number;
  /** Bytes that may be written to the disk on top. */
  readonly free: number;
}

/**
 * Called as a stage begins. Files that a cancelled or killed stage was at (`.part`) go as well: those of
 * this worker at once, others when nobody has written them for a while.
 * @param current folder of the stage that begins; it stays and counts as used now
 * @param env `THAW_SCRATCH_GB`: budget in gigabytes instead of a share of the disk, and the most that a run may ask for
 * @returns what went, and the budget in bytes
 */
export async function boundScratch(
  workFolder: string,
  current: string,
  env: Environment = process.env,
  now = Date.now(),
  asked?: Asked,
): Promise<{ readonly removed: readonly string[]; readonly budget: number }> {
  const folder = join(workFolder, SCRATCH);
  await utimes(current, now / 1000, now / 1000).catch(() => undefined);
  const removed = await removeParts(folder, now);
  const entries = await entriesOf(folder);
  const budget = scratchBudget(sum(entries), (await diskOf(workFolder)).free, env, asked);
  removed.push(
    ...(await removeOldest(entries, current, [], now, ({ bytes }) => sum(entries) - bytes <= budget)),
  );
  return { removed, budget };
}

/**
 * Makes room for files in one folder of the scratch: others go, those that were used longest ago first.
 * @param folder the scratch
 * @param current the folder in it that is written to
 * @param budget bytes of the whole scratch
 * @param wanted bytes to be written, given the most that there could be
 * @param last folders that go only when nothing else does
 * @returns what there is then, which may be less
 */
export async function makeRoom(
  folder: string,
  current: string,
  budget: number,
  wanted: (most: ScratchRoom) => number,
  last: readonly string[] = [],
  now = Date.now(),
): Promise<ScratchRoom> {
  const before = await entriesOf(folder);
  const most = await roomOf(folder, before, current, budget, now);
  const bytes = wanted(most);
  const room = await roomOf(folder, before, current, budget);
  await removeOldest(
    before,
    current,
    last,
    now,
    (gone) => room.own + bytes <= room.within + gone.bytes && bytes <= room.free + gone.onDisk,
  );
  return roomOf(folder, await entriesOf(folder), current, budget);
}

/** @param now where given, all that may go counts as gone */
async function roomOf(
  folder: string,
  entries: readonly Entry[],
  current: string,
  budget: number,
  now = Number.NEGATIVE_INFINITY,
): Promise<ScratchRoom> {
  const others = entries.filter(({ path }) => path !== current);
  const going = others.filter((entry) => isIdle(entry, now));
  // What others are writing takes its place before this does.
  const ahead = entries.reduce((total, entry) => total + entry.ahead, 0);
  return {
    within: budget - sum(others) + sum(going),
    own: sum(entries) - sum(others),
    free: (await spareBytes(folder)) - ahead + sum(going),
  };
}

const isIdle = ({ used }: Entry, now: number): boolean => used <= now - IDLE_MS;

/** Bytes that may be written on the disk of a folder before its last part is touched; below 0 where it has been. */
export async function spareBytes(folder: string): Promise<number> {
  const { free, reserved } = await diskOf(folder);
  return free - reserved;
}

/** @param bytes of the scratch now */
export function scratchBudget(
  bytes: number,
  free: number,
  { THAW_SCRATCH_GB: given }: Environment,
  asked?: Asked,
): number {
  const gigabytes = Number(given);
  const limit =
    given !== undefined && given.trim() !== "" && gigabytes >= 0 ? gigabytes * GIGABYTE : undefined;
  if (asked === undefined) return limit ?? Math.min(MOST_BYTES, SHARE * (bytes + free));
  const own = "bytes" in asked ? asked.bytes : asked.share * (bytes + free);
  return Math.min(own, limit ?? own);
}

/** Bytes of a scratch. @param folder it need not be there */
export async function scratchSize(folder: string): Promise<number> {
  return sum(await entriesOf(folder));
}

export async function freeBytes(folder: string): Promise<number> {
  return (await diskOf(folder)).free;
}

const sum = (entries: readonly Entry[]): number => entries.reduce((total, { size }) => total + size, 0);

/** The longest unused first, until it is enough. @returns their paths */
async function removeOldest(
  entries: readonly Entry[],
  current: string,
  last: readonly string[],
  now: number,
  isEnough: (gone: { readonly bytes: number; readonly onDisk: number }) => boolean,
): Promise<string[]> {
  const removed: string[] = [];
  let [bytes, onDisk] = [0, 0];
  const rank = ({ path }: Entry): number => (last.includes(path) ? 1 : 0);
  for (const entry of entries.toSorted((a, b) => rank(a) - rank(b) || a.used - b.used)) {
    if (isEnough({ bytes, onDisk })) break;
    if (entry.path === current || !isIdle(entry, now)) continue;
    await rm(entry.path, { recursive: true, force: true });
    bytes += entry.size;
    onDisk += entry.size - entry.ahead;
    removed.push(entry.path);
  }
  return removed;
}

async function removeParts(folder: string, now: number): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const removed: string[] = [];
  for (const name of names.filter((one) => one.endsWith(".part"))) {
    const path = join(folder, name);
    // A worker has one engine, and between two stages that writes nothing.
    if (!isPartOfWorker(name) && (await measured(path)).newest > now - IDLE_MS) continue;
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
      const { size, ahead, newest } = await measured(path);
      return { path, size, ahead, used: newest };
    }),
  );
}

interface Measured {
  readonly size: number;
  readonly ahead: number;
  readonly newest: number;
}

/** Of `stat`'s blocks, whatever the file system's are. */
const BLOCK_BYTES = 512;

/** What goes while it is looked at counts as new, and has no size. */
async function measured(path: string): Promise<Measured> {
  const own = await stat(path).catch(() => undefined);
  if (own === undefined) return { size: 0, ahead: 0, newest: Number.POSITIVE_INFINITY };
  if (!own.isDirectory()) {
    // Files are as long as they will be from the beginning; file systems that compress make the rest look unwritten.
    const ahead = path.endsWith(".part") ? Math.max(0, own.size - own.blocks * BLOCK_BYTES) : 0;
    return { size: own.size, ahead, newest: own.mtimeMs };
  }
  const inner = await Promise.all(
    (await readdir(path).catch(() => [])).map((name) => measured(join(path, name))),
  );
  return {
    size: inner.reduce((total, { size }) => total + size, 0),
    ahead: inner.reduce((total, { ahead }) => total + ahead, 0),
    newest: Math.max(own.mtimeMs, ...inner.map(({ newest }) => newest)),
  };
}

async function diskOf(folder: string): Promise<{ readonly free: number; readonly reserved: number }> {
  const found = await statfs(folder).catch(() => undefined);
  if (found === undefined) return { free: 0, reserved: 0 };
  const { bavail, blocks, bsize } = found;
  return { free: bavail * bsize, reserved: Math.min(MOST_RESERVED_BYTES, RESERVED_SHARE * blocks * bsize) };
}

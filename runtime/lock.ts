/** One process at a time does a thing; a lock whose holder has died is taken over. */
import { readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeFolder } from "../files/makeFolder.js";

/** A holder touches its lock this often … */
const TOUCH_MS = 5_000;
/** … and is taken for dead after this long: the only sign on another machine, or when a pid was re-used. */
const SILENT_MS = 60_000;
const RETRY_MS = 200;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether a living process holds the lock. */
export async function isHeld(path: string): Promise<boolean> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    if (Date.now() - mtimeMs > SILENT_MS) return false;
    // An empty file is a lock that is being written this very moment: no host yet, so it counts as held.
    const [pid = "", host = ""] = text.split(" ");
    return host !== hostname() || isAlive(Number(pid));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

async function tryTake(path: string): Promise<boolean> {
  try {
    await writeFile(path, `${process.pid} ${hostname()}`, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Runs `work` while holding the lock file. Two waiters that find the same dead lock at the same instant may
 * both get it; that costs a second download but breaks nothing, because results are published by a rename.
 * @param onWait called once if somebody else holds the lock
 */
export async function withLock<T>(path: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  await makeFolder(dirname(path));
  for (let tries = 0; !(await tryTake(path)); tries += 1) {
    if (!(await isHeld(path))) await rm(path, { force: true });
    else {
      if (tries === 0) onWait();
      await sleep(RETRY_MS);
    }
  }
  const touch = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, TOUCH_MS);
  try {
    return await work();
  } finally {
    clearInterval(touch);
    await rm(path, { force: true });
  }
}

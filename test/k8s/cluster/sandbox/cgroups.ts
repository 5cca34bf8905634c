/** Control groups, version 1: one group is a folder in each hierarchy. */
import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const ROOT = "/sys/fs/cgroup";
/** The kernel frees a group a moment after its last process has ended. */
const EMPTY_TRIES = 100;
const EMPTY_PAUSE_MS = 50;

export function cgroupFolders(group: string): string[] {
  const hierarchies = readdirSync(ROOT).map((name) => join(ROOT, name));
  return hierarchies
    .filter((path) => existsSync(join(path, "cgroup.procs")))
    .map((path) => join(path, group));
}

export async function makeCgroup(group: string): Promise<void> {
  for (const folder of cgroupFolders(group)) await mkdir(folder, { recursive: true });
}

/** The deepest first: a group with groups in it cannot be removed. */
function removeFolders(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) removeFolders(join(group, entry.name));
  }
  rmdirSync(group);
}

/** Removes a group and those in it, whose processes have ended or are about to. */
export async function removeCgroup(group: string): Promise<void> {
  for (const folder of cgroupFolders(group)) {
    for (let tries = 1; existsSync(folder); tries += 1) {
      try {
        removeFolders(folder);
      } catch (error) {
        if (tries === EMPTY_TRIES) throw error;
        await sleep(EMPTY_PAUSE_MS);
      }
    }
  }
}

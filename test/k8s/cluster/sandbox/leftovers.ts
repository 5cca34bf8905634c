/** What namespaces do not take along when they end: a sandbox's folder and its control groups. */
import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheFolder } from "../../../../runtime/cacheFolder.js";
import { identify, isAlive, type ProcessId } from "../../../../runtime/services/processes.js";

const CGROUPS = "/sys/fs/cgroup";
const OWNER = "owner.json";
/** In a sandbox's folder, for temporary files of what runs inside. */
export const TEMPORARY = "tmp";
/** In a sandbox's folder: id of the process whose namespaces are the sandbox, as it is called outside. */
export const ENTRANCE = "entrance";
/** The kernel frees a group a moment after its last process has ended. */
const EMPTY_TRIES = 100;
const EMPTY_PAUSE_MS = 50;

/** On the cache's disk: images are linked from there. */
export const sandboxes = (): string => join(cacheFolder(), "test-sandboxes");

export const cgroupOf = (folder: string): string => `thaw-test-${folder.split("/").at(-1)}`;

/** The group's folder in every hierarchy of control groups, version 1. */
function cgroupFolders(folder: string): string[] {
  return readdirSync(CGROUPS).map((hierarchy) => join(CGROUPS, hierarchy, cgroupOf(folder)));
}

/** Makes a sandbox's folder, owned by this process, and its control groups. */
export async function makeSandbox(): Promise<string> {
  const folder = join(sandboxes(), String(process.pid));
  await mkdir(join(folder, TEMPORARY), { recursive: true });
  await writeFile(join(folder, OWNER), JSON.stringify(identify(process.pid)));
  const groups = cgroupFolders(folder).filter((group) => existsSync(join(group, "..", "cgroup.procs")));
  for (const group of groups) await mkdir(group, { recursive: true });
  return folder;
}

/** The deepest first: a group with groups in it cannot be removed. */
function removeGroup(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroup(join(group, entry.name));
  }
  rmdirSync(group);
}

async function removeEmptyGroup(group: string): Promise<void> {
  for (let tries = 1; existsSync(group); tries += 1) {
    try {
      removeGroup(group);
    } catch (error) {
      if (tries === EMPTY_TRIES) throw error;
      await sleep(EMPTY_PAUSE_MS);
    }
  }
}

/** Removes all that is left of a sandbox whose processes have ended. */
export async function removeSandbox(folder: string): Promise<void> {
  for (const group of cgroupFolders(folder)) await removeEmptyGroup(group);
  await rm(folder, { recursive: true, force: true });
}

/** Removes sandboxes whose keeper was killed before it could do so. */
export async function sweepSandboxes(): Promise<void> {
  for (const name of await readdir(sandboxes()).catch(() => [])) {
    const folder = join(sandboxes(), name);
    const text = await readFile(join(folder, OWNER), "utf8").catch(() => "null");
    const owner = JSON.parse(text) as ProcessId | null;
    if (!isAlive(owner ?? undefined)) await removeSandbox(folder);
  }
}

/** What namespaces do not take along when they end: a sandbox's folder and its control groups. */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { cacheFolder } from "../../../../runtime/cacheFolder.js";
import { identify, isAlive, type ProcessId } from "../../../../runtime/services/supervision/processes.js";
import { makeCgroup, removeCgroup } from "./cgroups.js";

const OWNER = "owner.json";
/** In a sandbox's folder, for temporary files of what runs inside. */
export const TEMPORARY = "tmp";
/** In a sandbox's folder: id of the process whose namespaces are the sandbox, as it is called outside. */
export const ENTRANCE = "entrance";

/** On the cache's disk: images are linked from there. */
export const sandboxes = (): string => join(cacheFolder(), "test-sandboxes");

export const cgroupOf = (folder: string): string => `thaw-test-${basename(folder)}`;

/** Makes a sandbox's folder, owned by this process, and its control group. */
export async function makeSandbox(): Promise<string> {
  const folder = join(sandboxes(), String(process.pid));
  await mkdir(join(folder, TEMPORARY), { recursive: true });
  await writeFile(join(folder, OWNER), JSON.stringify(identify(process.pid)));
  await makeCgroup(cgroupOf(folder));
  return folder;
}

/** Removes all that is left of a sandbox whose processes have ended. */
export async function removeSandbox(folder: string): Promise<void> {
  await removeCgroup(cgroupOf(folder));
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

/** A file system of a few kilobytes, to be filled. */
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SmallDisk {
  readonly folder: string;
  resize(kibibytes: number): void;
}

/** Something that can be told what to do at its end: a test, or a file of tests. */
interface Ending {
  after(action: () => Promise<void>): void;
}

/**
 * A tmpfs, unmounted at the end; undefined where this user cannot mount one.
 * @param at where it is laid; a new folder when left out
 */
export async function smallDisk(
  ending: Ending,
  kibibytes: number,
  at?: string,
): Promise<SmallDisk | undefined> {
  const folder = at ?? (await mkdtemp(join(tmpdir(), "thaw-small-disk-")));
  await mkdir(folder, { recursive: true });
  const mount = (options: string): boolean =>
    spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]).status === 0;
  const isMounted = mount(`size=${kibibytes}k`);
  ending.after(async () => {
    // Lazily: a process that works there need not have ended.
    if (isMounted) spawnSync("umount", ["-l", folder]);
    if (at === undefined) await rm(folder, { recursive: true, force: true });
  });
  return isMounted ? { folder, resize: (size) => mount(`remount,size=${size}k`) } : undefined;
}

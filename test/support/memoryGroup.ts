/** A control group with little memory, for processes that are to run out of it. */
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface MemoryGroup {
  /** Children that it starts from now on belong to the group too. */
  add(pid: number): void;
  limit(bytes: number): void;
  /** Its processes must have ended. */
  remove(): void;
}

/** Version 1 or 2, whichever the system has; undefined where this user cannot make a group. */
export function memoryGroup(name: string, bytes: number): MemoryGroup | undefined {
  for (const [root, file] of [
    ["/sys/fs/cgroup/memory", "memory.limit_in_bytes"],
    ["/sys/fs/cgroup", "memory.max"],
  ] as const) {
    const folder = join(root, name);
    const write = (what: string, value: number): void => writeFileSync(join(folder, what), String(value));
    try {
      mkdirSync(folder);
      write(file, bytes);
      return {
        add: (pid) => write("cgroup.procs", pid),
        limit: (limit) => write(file, limit),
        remove: () => rmdirSync(folder),
      };
    } catch {
      // Another version, or not root; a group without the controller is of no use.
      if (existsSync(folder)) rmdirSync(folder);
    }
  }
  return undefined;
}

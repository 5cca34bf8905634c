/** How often the system has killed a process of a control group because memory was short (Linux). */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = "/sys/fs/cgroup";

/**
 * Begins to count in the control group of the process: `oom_kill` of memory.events (cgroup v2) or of
 * memory.oom_control (v1). The group is looked up now, because a dead process has none.
 * @returns whether a process of the group has been killed since; undefined where no counter can be read
 */
export function counterOfKills(pid: number): () => boolean | undefined {
  const file = counterFiles(readOrEmpty(`/proc/${pid}/cgroup`)).find((name) => countIn(name) !== undefined);
  const before = file === undefined ? undefined : countIn(file);
  return () => {
    const now = file === undefined ? undefined : countIn(file);
    return now === undefined || before === undefined ? undefined : now > before;
  };
}

function countIn(file: string): number | undefined {
  const count = /^oom_kill (\d+)$/m.exec(readOrEmpty(file))?.[1];
  return count === undefined ? undefined : Number(count);
}

/**
 * Places of the counter, the likeliest first.
 * @param listing cgroups(7): lines `id:controllers:path`. In a container the path may be the host's, and the group
 * itself lies at the root.
 */
export function counterFiles(listing: string): readonly string[] {
  const files: string[] = [];
  for (const line of listing.split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path === undefined) continue;
    if (controllers === "")
      files.push(join(ROOT, path, "memory.events"), join(ROOT, "unified", path, "memory.events"));
    if (controllers?.split(",").includes("memory"))
      files.push(join(ROOT, "memory", path, "memory.oom_control"));
  }
  return [...files, join(ROOT, "memory.events"), join(ROOT, "memory/memory.oom_control")];
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

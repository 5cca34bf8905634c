/**
 * Waits until the process that started it is gone, and ends what that has left: processes of test files, services.
 *   node reaper.js PID    on standard input `+FOLDER` for services that start, `-FOLDER` for services that are down
 */
import { readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createInterface } from "node:readline";

const [, , starter = ""] = process.argv;
const folders = new Set<string>();
for await (const line of createInterface({ input: process.stdin })) {
  const folder = line.slice(1);
  if (line.startsWith("+")) folders.add(folder);
  else folders.delete(folder);
}
for (const pid of filesOf(starter)) process.kill(pid, "SIGTERM");
if (folders.size > 0) {
  const { down } = await import("../../../runtime/services/down.js");
  for (const folder of folders) {
    await down(folder, { onProgress: () => undefined }).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Processes of test files that a runner started: `test/support/run/oneProcess.ts` names their entries. */
function filesOf(runner: string): readonly number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => commandOf(pid).includes(`/thaw-tests-${runner}-`)).map(Number);
}

/** Empty of one that is gone meanwhile. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/**
 * Waits until the process that started it is gone, and ends what that has left: processes of test files, services.
 *   node reaper.js PID    on standard input `+FOLDER` for services that start, `-FOLDER` for services that are down
 */
import { rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { runningProcesses } from "../processes.js";

const [, , starter = ""] = process.argv;
const folders = new Set<string>();
for await (const line of createInterface({ input: process.stdin })) {
  const folder = line.slice(1);
  if (line.startsWith("+")) folders.add(folder);
  else folders.delete(folder);
}
// By its name the runner is known in the entries of its test files: `test/support/run/oneProcess.ts`.
for (const { pid, command } of runningProcesses())
  if (command.includes(`/thaw-tests-${starter}-`)) process.kill(pid, "SIGTERM");
if (folders.size > 0) {
  const { down } = await import("../../../runtime/services/down.js");
  for (const folder of folders) {
    await down(folder, { onProgress: () => undefined }).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a process of the tests has started ends with it, whatever ended it: Ctrl-C, a kill, a limit of time. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";

const REAPER = fileURLToPath(new URL("./reaper.js", import.meta.url));
let reaper: ChildProcess | undefined;

/** @param folder a project whose services this process starts @returns to be called once they are down */
export function tidied(folder: string): () => void {
  tell(`+${folder}`);
  return () => tell(`-${folder}`);
}

/** Processes of test files, by whose names the runner is known, end with it. */
export const tidyAfterRunner = (): void => tell("");

function tell(line: string): void {
  reaper ??= start();
  reaper.stdin?.write(`${line}\n`);
}

/** In a session of its own, which Ctrl-C does not reach. This process does not wait for it. */
function start(): ChildProcess {
  const child = spawn(process.execPath, [REAPER, String(process.pid)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.unref();
  // Without it nothing is tidied up, and no test fails of that.
  child.stdin?.on("error", () => undefined);
  (child.stdin as Socket | null)?.unref();
  return child;
}

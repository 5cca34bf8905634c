/** The processes of this machine (Linux). */
import { readdirSync, readFileSync } from "node:fs";

export interface RunningProcess {
  readonly pid: number;
  /** Its words, with a NUL behind each. */
  readonly command: string;
}

/** Without those of the kernel, and those that end while they are looked at. */
export function runningProcesses(): readonly RunningProcess[] {
  return readdirSync("/proc").flatMap((name) => {
    const command = /^\d+$/.test(name) ? commandOf(name) : "";
    return command === "" ? [] : [{ pid: Number(name), command }];
  });
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

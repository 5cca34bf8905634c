/** Processor time that a process has used, all of its threads together. */
import { readFileSync } from "node:fs";

/** proc(5) counts in `USER_HZ`, which Linux has fixed at 100 on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;
/** Of utime and stime in proc(5), counted from 1. */
const [UTIME, STIME] = [14, 15];

/** Seconds, to a hundredth; undefined where the system does not tell (no Linux) or the process is gone. */
export function cpuSeconds(pid: number): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // Field 2 is the command in parentheses and may hold anything; field 3 comes after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[UTIME - 3]) + Number(fields[STIME - 3]);
  return Number.isFinite(ticks) ? ticks / TICKS_PER_SECOND : undefined;
}

/** Processes by id and start time, so that a re-used process id is never taken for ours. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { childEnvironment } from "../../../spec/processes/childEnvironment.js";

export interface ProcessId {
  readonly pid: number;
  /** Opaque; the same for the whole life of the process and for no other one with this id. */
  readonly start: string;
}

const POLL_MS = 25;

/** Start time of a live process; undefined when there is none, or only a zombie is left of it. */
function startOf(pid: number): string | undefined {
  return process.platform === "linux" ? startFromProc(pid) : startFromPs(pid);
}

/** proc(5): field 22 is the start in clock ticks since boot, so the boot is part of the answer. */
function startFromProc(pid: number): string | undefined {
  const stat = readOrUndefined(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // Field 2 is the command in parentheses and may hold anything; field 3, the state, comes after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  const ticks = fields[22 - 3];
  if (ticks === undefined || state === "X" || (state === "Z" && !hasOtherThreads(pid))) return undefined;
  return `${readOrUndefined("/proc/sys/kernel/random/boot_id")?.trim() ?? "boot"}:${ticks}`;
}

/** A main thread that has ended looks like a zombie while others still end, and hold ports until they have. */
function hasOtherThreads(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).length > 1;
  } catch {
    return false;
  }
}

function startFromPs(pid: number): string | undefined {
  try {
    const line = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
      encoding: "utf8",
      env: { ...childEnvironment("tool"), LC_ALL: "C" },
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
    const [state = "", ...start] = line.split(/\s+/);
    return line === "" || state.startsWith("Z") ? undefined : start.join(" ");
  } catch {
    return undefined;
  }
}

/** The identity of a process that has just been started, or undefined when it is gone already. */
export function identify(pid: number): ProcessId | undefined {
  const start = startOf(pid);
  return start === undefined ? undefined : { pid, start };
}

export function isAlive(id: ProcessId | undefined): id is ProcessId {
  return id !== undefined && startOf(id.pid) === id.start;
}

/**
 * Resident memory in bytes of a process and of those that it has started, where the system tells it cheaply (Linux): the
 * training worker's is its engine's above all. Pages that they share count for each.
 */
export function residentBytes(pid: number): number | undefined {
  const own = /^VmRSS:\s+(\d+) kB/m.exec(readOrUndefined(`/proc/${pid}/status`) ?? "")?.[1];
  if (own === undefined) return undefined;
  return childrenOf(pid).reduce((sum, child) => sum + (residentBytes(child) ?? 0), Number(own) * 1024);
}

/** Children belong to the thread that started them. */
function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      (readOrUndefined(`/proc/${pid}/task/${thread}/children`) ?? "").split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

/** Sends a signal to a process if it is still the same one. */
export function signal(id: ProcessId, name: NodeJS.Signals): void {
  if (isAlive(id)) ignoreMissing(() => process.kill(id.pid, name));
}

/** Waits until the process is gone; false when it is still there after `milliseconds`. */
export async function waitForEnd(id: ProcessId, milliseconds: number): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  while (isAlive(id)) {
    if (Date.now() >= deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Ends a process that leads its own group: SIGTERM, and after the grace SIGKILL for the whole group. */
export async function terminate(id: ProcessId, graceMs: number): Promise<void> {
  if (!isAlive(id)) return;
  signal(id, "SIGTERM");
  await waitForEnd(id, graceMs);
  killGroup(id.pid);
  await waitForEnd(id, graceMs);
}

/** SIGKILL for whatever is left of a process group. Only for a leader that was known to be alive just now. */
export function killGroup(leader: number): void {
  ignoreMissing(() => process.kill(-leader, "SIGKILL"));
}

function ignoreMissing(kill: () => void): void {
  try {
    kill();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // macOS answers EPERM for a group of which only zombies are left.
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}

function readOrUndefined(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

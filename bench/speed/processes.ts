/** Processor time and peak memory of all that serves a stack: servers, workers and their engines (Linux). */
import { readFileSync } from "node:fs";
import { cpuSeconds } from "../../engine/cpuTime.js";
import { SERVICE_NAMES } from "../../runtime/services/names.js";
import { engineOf, servicePid } from "../../test/support/services/faults.js";
import type { Stack } from "../../test/support/services/stack.js";

/** A process' use, its own since the look before. */
export interface ProcessUse {
  readonly name: string;
  readonly cpuSeconds: number;
  /** MiB, since it began. */
  readonly peak: number;
}

export interface ProcessWatch {
  /** What each has used since the last call; engines that have ended meanwhile are not in it. */
  used(): Promise<readonly ProcessUse[]>;
}

/** @param others process ids of training workers beside the stack's own */
export function watchProcesses(stack: Stack, others: readonly number[]): ProcessWatch {
  const before = new Map<number, number>();
  const pids = async (): Promise<ReadonlyMap<string, number>> => {
    const found = new Map<string, number>();
    const add = (name: string, pid: number | undefined): void => {
      if (pid !== undefined) found.set(name, pid);
    };
    for (const name of SERVICE_NAMES) add(name, await servicePid(stack, name));
    others.forEach((pid, index) => {
      found.set(`training-worker ${index + 2}`, pid);
    });
    for (const [name, pid] of [...found])
      if (name.startsWith("training-worker")) add(name.replace("training-worker", "engine"), engineOf(pid));
    return found;
  };
  return {
    used: async () =>
      [...(await pids())].map(([name, pid]) => {
        const now = cpuSeconds(pid) ?? 0;
        const own = now - (before.get(pid) ?? 0);
        before.set(pid, now);
        return { name, cpuSeconds: own, peak: peakOf(pid) };
      }),
  };
}

function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 2 ** 10;
  } catch {
    return 0;
  }
}

/** For people: a line each, and the sum. */
export function describeUse(uses: readonly ProcessUse[]): string {
  const lines = uses.map(
    ({ name, cpuSeconds: seconds, peak }) =>
      `  ${name.padEnd(18)} ${seconds.toFixed(1).padStart(7)} s ${peak.toFixed(0).padStart(6)} MiB`,
  );
  const all = uses.reduce((sum, use) => sum + use.cpuSeconds, 0);
  return [...lines, `  ${"all".padEnd(18)} ${all.toFixed(1).padStart(7)} s`].join("\n");
}

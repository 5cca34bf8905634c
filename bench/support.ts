/** What the measuring programs share: medians, memory of processes, the command line as a child. */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** For people: median, range and number of times in seconds. */
export function medianAndRange(seconds: readonly number[], digits: number): string {
  const range = [Math.min(...seconds), Math.max(...seconds)]
    .map((value) => value.toFixed(digits))
    .join(" – ");
  return `${median(seconds).toFixed(digits)} s (${range}), ${seconds.length} times`;
}

export function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/** Slope of the least-squares line through `values` over their positions. */
export function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const average = mean(values);
  const square = values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  return values.reduce((sum, value, i) => sum + (i - middle) * (value - average), 0) / square;
}

const SAMPLE_MS = 500;

/** Watches every engine process on this machine (Linux). @returns stops watching and gives the peak in GiB */
export function watchEngineMemory(): () => number {
  let peak = 0;
  const sample = (): void => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        if (!readFileSync(join("/proc", pid, "cmdline"), "utf8").includes("engine/main.js")) continue;
        const status = readFileSync(join("/proc", pid, "status"), "utf8");
        peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
      } catch {
        // The process has just ended.
      }
    }
  };
  const timer = setInterval(sample, SAMPLE_MS);
  return () => {
    clearInterval(timer);
    return peak / 2 ** 20;
  };
}

/** Runs `thaw` in `cwd`; its talk goes to this terminal. @returns what it wrote to stdout */
export async function thaw(cwd: string, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [join(ROOT, "dist", "cli", "main.js"), ...args], {
    cwd,
    stdio: ["ignore", "pipe", "inherit"],
  });
  return output(child, `thaw ${args.join(" ")}`);
}

export async function output(child: ChildProcess, what: string): Promise<string> {
  const chunks: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
  const status = await new Promise((resolve) => child.on("close", resolve));
  if (status !== 0) throw new Error(`${what} ended with ${String(status)}`);
  return Buffer.concat(chunks).toString("utf8");
}

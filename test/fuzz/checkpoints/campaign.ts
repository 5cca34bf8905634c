/** Gives case after case to a child, and sees to it that none takes too long, too much memory, or ends the child. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Case, caseOf, type Shares } from "./cases.js";
import type { Order, Verdict } from "./verdict.js";

/** What a file from elsewhere may cost: issue 18's figures, of the processor and beyond the child at rest. */
const MOST_CPU_MS = 5_000;
const MOST_MEMORY = 512 * 2 ** 20;
/** Of the clock: a machine at work may have no time for the child. */
const HANG_MS = 60_000;
/** Then another child: its largest memory is that of all cases before. */
const CASES_A_CHILD = 1000;

export interface Failure {
  readonly index: number;
  readonly kind: Case["kind"];
  readonly why: string;
}

export interface Campaign {
  readonly cases: number;
  /** By format and outcome, e.g. `zip refused`. */
  readonly counts: ReadonlyMap<string, number>;
  readonly failures: readonly Failure[];
  /** The most that a case took. */
  readonly cpuMs: number;
  /** Beyond the child at rest, in bytes. */
  readonly memory: number;
}

export interface CampaignOptions {
  readonly seed: number;
  /** Index of the first case. */
  readonly from?: number;
  readonly cases: number;
  readonly shares?: Shares;
  /** Path of an ONNX file that all cases are changes of, in place of the shares. */
  readonly of?: string;
  readonly onProgress?: (done: number, failures: number) => void;
}

/** Every case is a function of seed and index, so one that failed can be run alone. */
export async function runCampaign(options: CampaignOptions): Promise<Campaign> {
  const { seed, from = 0, cases, shares = "drawn", of, onProgress } = options;
  const folder = await mkdtemp(join(tmpdir(), "thaw-fuzz-"));
  const counts = new Map<string, number>();
  const failures: Failure[] = [];
  let [cpuMs, memory] = [0, 0];
  const end = from + cases;
  let next = from;
  const count = (verdict: Verdict): boolean => {
    const why = faultOf(verdict);
    const outcome = `${verdict.kind} ${why === undefined ? verdict.outcome : "failed"}`;
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    if (why !== undefined) failures.push({ index: verdict.index, kind: verdict.kind, why });
    cpuMs = Math.max(cpuMs, verdict.cpuMs);
    memory = Math.max(memory, verdict.memory);
    next = verdict.index + 1;
    onProgress?.(next - from, failures.length);
    return why === undefined;
  };
  try {
    while (next < end) {
      const to = Math.min(end, next + CASES_A_CHILD);
      const path = join(folder, "checkpoint");
      const order = { seed, from: next, to, shares, path, ...(of === undefined ? {} : { of }) };
      const broken = await readInChild(order, count);
      if (broken === undefined) continue;
      const { kind } = of === undefined ? caseOf(seed, next, shares) : { kind: "other onnx" as const };
      count({ index: next, kind, outcome: "failed", says: broken, cpuMs: 0, memory: 0 });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { cases, counts, failures, cpuMs, memory };
}

/** @returns why a verdict is a failure of the readers */
function faultOf({ outcome, says, cpuMs, memory }: Verdict): string | undefined {
  if (outcome === "failed") return says ?? "it says nothing";
  if (cpuMs > MOST_CPU_MS) return `it took ${Math.round(cpuMs)} ms of the processor`;
  if (memory > MOST_MEMORY) return `it took ${Math.round(memory / 2 ** 20)} MiB`;
  return undefined;
}

/**
 * @param count takes the verdicts one after another; after `false` the child is ended, as its memory is spoilt
 * @returns what happened to the child where it gave no verdict on a case
 */
async function readInChild(order: Order, count: (verdict: Verdict) => boolean): Promise<string | undefined> {
  const child = fork(fileURLToPath(new URL("child.js", import.meta.url)), {
    execArgv: ["--max-old-space-size=1024"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const over = once(child, "exit");
  let left = order.to - order.from;
  let why: string | undefined;
  const hangs = (): void => {
    why = `no answer in ${HANG_MS / 1000} s`;
    child.kill("SIGKILL");
  };
  let timer = setTimeout(hangs, HANG_MS);
  child.on("message", (verdict: Verdict) => {
    clearTimeout(timer);
    timer = setTimeout(hangs, HANG_MS);
    left -= 1;
    if (count(verdict)) return;
    left = 0;
    child.removeAllListeners("message");
    child.kill("SIGKILL");
  });
  try {
    child.send(order);
    const [code, signal] = await over;
    return left === 0 ? undefined : (why ?? `the child ended: ${code ?? signal}`);
  } finally {
    clearTimeout(timer);
    if (child.exitCode === null) child.kill("SIGKILL");
  }
}

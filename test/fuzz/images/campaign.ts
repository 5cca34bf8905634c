/** Gives case after case to a child, and sees to it that none takes too long, too much memory, or ends the child. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { caseOf } from "./cases.js";
import { drawnSeeds, type Seed } from "./seeds.js";
import type { Verdict } from "./verdict.js";

/** What a file from a stranger may cost: of the processor, and beyond the child at rest. */
const MOST_CPU_MS = 5_000;
const MOST_MEMORY = 512 * 2 ** 20;
/** Of the clock: a machine at work may have no time for the child. */
const HANG_MS = 60_000;
/** Then another child: its largest memory is that of all cases before. */
const CASES_A_CHILD = 1000;

export interface Failure {
  readonly index: number;
  readonly kind: string;
  readonly why: string;
}

export interface Campaign {
  /** How many were judged: fewer than asked for where the time was up. */
  readonly cases: number;
  /** By kind of picture: how many were decoded and refused. */
  readonly counts: ReadonlyMap<string, { decoded: number; refused: number }>;
  /** By kind of reason. */
  readonly reasons: ReadonlyMap<string, number>;
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
  /** Most seconds in all. */
  readonly seconds?: number;
  readonly onProgress?: (done: number, failures: number) => void;
}

/** Every case is a function of seed and index, so one that failed can be run alone. */
export async function runCampaign(options: CampaignOptions): Promise<Campaign> {
  const { seed, from = 0, cases, seconds = Number.POSITIVE_INFINITY, onProgress } = options;
  const seeds = await drawnSeeds();
  const folder = await mkdtemp(join(tmpdir(), "thaw-fuzz-"));
  const path = join(folder, "image");
  const until = performance.now() + 1000 * seconds;
  const counts = new Map<string, { decoded: number; refused: number }>();
  const reasons = new Map<string, number>();
  const failures: Failure[] = [];
  let [cpuMs, memory, judged] = [0, 0, 0];
  let reader: Reader | undefined;
  try {
    for (let index = from; index < from + cases && performance.now() < until; index++) {
      if (reader === undefined || reader.read >= CASES_A_CHILD || !reader.isAlive()) {
        reader?.stop();
        reader = await startReader(path);
      }
      const { seed: picture, bytes } = caseOf(seeds, seed, index);
      await writeFile(path, bytes);
      const result = await judge(reader, index, picture, index < seeds.length);
      cpuMs = Math.max(cpuMs, result.cpuMs);
      memory = Math.max(memory, result.memory);
      const count = counts.get(picture.kind) ?? { decoded: 0, refused: 0 };
      counts.set(picture.kind, count);
      if (result.why !== undefined) {
        failures.push({ index, kind: picture.kind, why: result.why });
        reader.stop();
      } else {
        count[result.outcome] += 1;
        if (result.reason !== undefined) reasons.set(result.reason, (reasons.get(result.reason) ?? 0) + 1);
      }
      judged += 1;
      onProgress?.(judged, failures.length);
    }
  } finally {
    reader?.stop();
    await rm(folder, { recursive: true, force: true });
  }
  return { cases: judged, counts, reasons, failures, cpuMs, memory };
}

interface Reader {
  readonly child: ChildProcess;
  readonly path: string;
  /** The child's memory before the first case. */
  readonly rest: number;
  read: number;
  isAlive(): boolean;
  stop(): void;
}

async function startReader(path: string): Promise<Reader> {
  const child = fork(fileURLToPath(new URL("child.js", import.meta.url)), {
    execArgv: ["--max-old-space-size=1024"],
    // Decoders write their warnings there.
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  const reader = { child, path, read: 0, isAlive, stop: () => void child.kill("SIGKILL") };
  // Something that is refused at once: what all modules take is not a case's.
  await writeFile(path, "rest");
  const rest = await answerOf({ ...reader, rest: 0 }, -1);
  if (typeof rest === "string") throw new Error(`the child does not read: ${rest}`);
  return { ...reader, rest: rest.peak };
}

interface Judged {
  readonly outcome: "decoded" | "refused";
  readonly reason?: string;
  /** Of a failure. */
  readonly why?: string;
  readonly cpuMs: number;
  readonly memory: number;
}

async function judge(reader: Reader, index: number, picture: Seed, isWhole: boolean): Promise<Judged> {
  reader.read += 1;
  const answer = await answerOf(reader, index);
  if (typeof answer === "string") return { outcome: "refused", why: answer, cpuMs: 0, memory: 0 };
  const { outcome, cpuMs, says } = answer;
  const took = { cpuMs, memory: answer.peak - reader.rest };
  const failed = (why: string): Judged => ({ outcome: "refused", why, ...took });
  if (outcome === "failed") return failed(says ?? "it says nothing");
  if (cpuMs > MOST_CPU_MS) return failed(`it took ${Math.round(cpuMs)} ms of the processor`);
  if (took.memory > MOST_MEMORY) return failed(`it took ${Math.round(took.memory / 2 ** 20)} MiB`);
  if (outcome === "decoded" && picture.isOther === true) return failed("it was decoded");
  if (outcome === "refused" && picture.isOther !== true && isWhole)
    return failed(`unchanged, it was refused: ${says}`);
  return { outcome, ...took, ...(says === undefined ? {} : { reason: says }) };
}

/** @returns the child's verdict, or what happened instead */
async function answerOf({ child, path }: Reader, index: number): Promise<Verdict | string> {
  const over = new AbortController();
  const { signal } = over;
  const timer = setTimeout(() => over.abort(), HANG_MS);
  try {
    child.send({ index, path });
    return await Promise.race([
      once(child, "message", { signal }).then(([verdict]) => verdict as Verdict),
      once(child, "exit", { signal }).then(([code, killed]) => `the child ended: ${code ?? killed}`),
    ]);
  } catch {
    return `no answer in ${HANG_MS / 1000} s`;
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

/** Keeps one service alive: starts it, tells when it is ready, starts it again when it has ended. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openLog } from "../logs.js";
import type { ServiceName } from "../names.js";
import type { ServiceSpec } from "../serviceSpec.js";
import { identify, killGroup, type ProcessId } from "./processes.js";
import { waitUntilReady } from "./readiness.js";

/** Pause before a service is started again: doubles from the first to the longest, in milliseconds. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
/** A service that lived this long has recovered; the next pause is the first one again. */
const RECOVERED_MS = 30_000;
const POLL_MS = 50;

/** What happens to a service, for the record. */
export type ServiceEvent =
  | { readonly type: "started"; readonly process: ProcessId | undefined; readonly at: number }
  | { readonly type: "ready" }
  | { readonly type: "ended"; readonly how: string }
  | { readonly type: "restarting" };

export interface KeeperContext {
  readonly isReady: (service: ServiceName) => boolean;
  readonly tell: (service: ServiceName, event: ServiceEvent) => void;
}

export interface Keeper {
  readonly spec: ServiceSpec;
  readonly isAlive: () => boolean;
  /** Ends the service within its grace and keeps it from starting again. */
  readonly stop: () => Promise<void>;
}

export function keep(spec: ServiceSpec, { isReady, tell }: KeeperContext): Keeper {
  const stopping = new AbortController();
  let child: ChildProcess | undefined;

  async function live(): Promise<void> {
    const life = start(spec);
    child = life.child;
    const id = child.pid === undefined ? undefined : identify(child.pid);
    tell(spec.name, { type: "started", process: id, at: Date.now() });
    const over = new AbortController();
    const ready = waitUntilReady(
      spec.readiness,
      { file: spec.logFile, offset: life.offset },
      over.signal,
      child.pid,
    ).then((is) => {
      if (is) tell(spec.name, { type: "ready" });
    });
    const how = await life.end;
    child = undefined;
    over.abort();
    await ready;
    tell(spec.name, { type: "ended", how });
  }

  async function run(): Promise<void> {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      while (!spec.needs.every(isReady)) if (!(await rest(POLL_MS, stopping.signal))) return;
      const began = Date.now();
      await live().catch((error: Error) =>
        tell(spec.name, { type: "ended", how: `cannot be run: ${error.message}` }),
      );
      if (Date.now() - began >= RECOVERED_MS) pause = FIRST_PAUSE_MS;
      if (!(await rest(pause, stopping.signal))) return;
      tell(spec.name, { type: "restarting" });
    }
  }

  const running = run();
  return {
    spec,
    isAlive: () => child !== undefined,
    stop: async () => {
      stopping.abort();
      const last = child;
      last?.kill("SIGTERM");
      const grace = setTimeout(() => last?.pid !== undefined && killGroup(last.pid), spec.grace * 1000);
      await running;
      clearTimeout(grace);
    },
  };
}

/** False when the pause was cut short. */
async function rest(milliseconds: number, cut: AbortSignal): Promise<boolean> {
  await sleep(milliseconds, undefined, { signal: cut }).catch(() => undefined);
  return !cut.aborted;
}

interface Life {
  readonly child: ChildProcess;
  /** How it ended, when it has. */
  readonly end: Promise<string>;
  /** Where its output begins in the log, in bytes. */
  readonly offset: number;
}

/** Starts the service as the leader of a process group of its own, its output appended to its log. */
function start(spec: ServiceSpec): Life {
  const log = openLog(spec.logFile);
  try {
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.inheritEnv ? { ...process.env, ...spec.env } : spec.env,
      stdio: ["ignore", log.descriptor, log.descriptor],
      detached: true,
    });
    return { child, end: endOf(child), offset: log.offset };
  } finally {
    closeSync(log.descriptor);
  }
}

/** Resolves with how the process ended; whatever it had started ends with it. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(`cannot be run: ${error.message}`));
    child.once("exit", (code, signal) => {
      if (child.pid !== undefined) killGroup(child.pid);
      resolve(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`);
    });
  });
}

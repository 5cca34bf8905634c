/** A long-running program of the cluster: its output in a log, its end awaited. */
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lastLines } from "../../../runtime/services/logs.js";

const GRACE_MS = 10_000;
const PATIENCE_MS = 120_000;
const POLL_MS = 50;
const LOG_LINES = 15;

export interface Daemon {
  readonly name: string;
  readonly pid: number | undefined;
  /** How it has ended; undefined while it runs. */
  ended(): string | undefined;
  /** SIGTERM, after ten seconds SIGKILL; resolves when it is gone. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** The last lines of its log. */
  said(): string;
}

/** @param logs folder that gets `NAME.log` */
export function startDaemon(
  name: string,
  [program, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
  logs: string,
): Daemon {
  const file = join(logs, `${name}.log`);
  const log = openSync(file, "a");
  const child = spawn(program, args, { env, cwd: logs, stdio: ["ignore", log, log] });
  closeSync(log);
  let how: string | undefined;
  const end = new Promise<void>((resolve) => {
    const ends = (text: string) => {
      how = text;
      resolve();
    };
    child.on("error", (error) => ends(`cannot be run: ${error.message}`));
    child.on("exit", (code, signal) => ends(`ended with ${signal ?? `exit code ${code}`}`));
  });
  return {
    name,
    pid: child.pid,
    ended: () => how,
    said: () => lastLines(file, LOG_LINES).join("\n"),
    kill: async () => {
      child.kill("SIGKILL");
      await end;
    },
    stop: async () => {
      child.kill("SIGTERM");
      const grace = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
      await end;
      clearTimeout(grace);
    },
  };
}

/**
 * Waits until `ready` gives true; what it throws means not yet.
 * @throws Error when the daemon has ended or two minutes are over, with the end of its log
 */
export async function waitForDaemon(daemon: Daemon, ready: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(POLL_MS)) {
    const how = daemon.ended();
    if (how !== undefined) throw new Error(`${daemon.name} ${how}\n${daemon.said()}`);
    if (await ready().catch(() => false)) return;
    if (Date.now() > deadline) throw new Error(`${daemon.name} does not get ready\n${daemon.said()}`);
  }
}

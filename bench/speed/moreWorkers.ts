/** Training workers of this machine beside the one that a stack has. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Stack } from "../../test/support/services/stack.js";

const ENTRY = fileURLToPath(new URL("../../worker/training.js", import.meta.url));

export interface MoreWorkers {
  readonly pids: readonly number[];
  /** Waits for their ends. */
  stop(): Promise<void>;
}

/** @param variables beside those of this process */
export function startMoreWorkers(
  { folder }: Stack,
  count: number,
  variables: Readonly<Record<string, string>> = {},
): MoreWorkers {
  const env = { ...process.env, ...variables, THAW_PROJECT: folder };
  const workers: readonly ChildProcess[] = Array.from({ length: count }, () =>
    spawn(process.execPath, [ENTRY], { env, stdio: "ignore" }),
  );
  return {
    pids: workers.flatMap(({ pid }) => pid ?? []),
    stop: async () => {
      for (const worker of workers) if (worker.exitCode === null && worker.kill()) await once(worker, "exit");
    },
  };
}

/** Two machines with workers, each with a way of its own to the store, on which it can be killed at a chosen request. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type FaultProxy, type ProxiedRequest, startFaultProxy } from "../../support/services/faultProxy.js";
import { serviceVariables } from "../../support/services/serviceVariables.js";
import type { Stack } from "../../support/services/stack.js";

const WORKER = fileURLToPath(new URL("worker.js", import.meta.url));

/** Where a worker dies in its conversation with the store. */
export const PHASES = {
  looking: { method: "GET", path: /\/artifacts\/ingest\// },
  registering: { method: "PUT", path: /\/models\/[^/]+\/v\d+\.json/ },
  proving: { method: "PUT", path: /\/models\/[^/]+\/proofs\// },
  asking: { method: "PUT", path: /\/approvals\// },
  // A look does it, or the question that a person has answered.
  promoting: { method: "PUT", path: /\/models\/[^/]+\/aliases\// },
  recording: { method: "PUT", path: /\/models\/[^/]+\/ticks\// },
} as const;
export type Phase = keyof typeof PHASES;

export interface Trap {
  readonly phase: Phase;
  /** Before the server hears of it, or when it is done and the worker does not know. */
  readonly place: "before" | "after";
}

export interface Machines {
  /** Whoever comes to that request first is killed there, and starts again. */
  set(trap: Trap): void;
  /** Kills one, which starts again. @param which 0 or 1 */
  kill(which: number): void;
  /** Where each one was killed so far. */
  deaths(): readonly string[];
  /** Datasets that they began to train on so far. */
  trained(): Promise<readonly string[]>;
  /** Waits until both are at work. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

interface Machine {
  readonly proxy: FaultProxy;
  child: ChildProcess;
  ready: Promise<unknown>;
}

export async function startMachines(stack: Stack): Promise<Machines> {
  // See `monthOfTraining`.
  const log = join(stack.folder, "trained.log");
  await writeFile(log, "");
  let trap: Trap | undefined;
  const deaths: string[] = [];
  let isOver = false;
  const machines: Machine[] = [];
  const start = (number: number, { endpoint }: FaultProxy): Pick<Machine, "child" | "ready"> => {
    const folder = join(stack.folder, `machine-${number}`);
    const child = fork(WORKER, [folder, log], {
      env: { ...process.env, ...serviceVariables(stack), THAW_S3_ENDPOINT: endpoint, THAW_PROJECT: folder },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const ready = Promise.race([once(child, "message"), once(child, "exit")]);
    return { child, ready };
  };
  const kill = (number: number, where: string): void => {
    const machine = machines[number];
    if (machine === undefined || isOver || !machine.child.kill("SIGKILL")) return;
    deaths.push(where);
    Object.assign(machine, start(number, machine.proxy));
  };
  for (const number of [0, 1]) {
    const proxy = await startFaultProxy(stack.session.platform.store.endpoint);
    const spring = (place: Trap["place"], { method, path }: ProxiedRequest): void => {
      if (trap?.place !== place || PHASES[trap.phase].method !== method) return;
      if (!PHASES[trap.phase].path.test(path)) return;
      const where = `${place} ${trap.phase}`;
      trap = undefined;
      kill(number, where);
    };
    proxy.listen({
      before: (request) => {
        spring("before", request);
        // What a dead machine asked does not reach the server.
      },
      after: (request) => spring("after", request),
    });
    machines.push({ proxy, ...start(number, proxy) });
  }
  const ready = async (): Promise<void> => {
    await Promise.all(machines.map((machine) => machine.ready));
  };
  await ready();
  return {
    set: (next) => {
      trap = next;
    },
    kill: (number) => kill(number, "any time"),
    deaths: () => deaths,
    trained: async () => (await readFile(log, "utf8")).split("\n").slice(0, -1),
    ready,
    close: async () => {
      isOver = true;
      for (const { child, proxy } of machines) {
        if (child.exitCode === null && child.signalCode === null) {
          child.kill("SIGKILL");
          await once(child, "exit");
        }
        await proxy.close();
      }
    },
  };
}

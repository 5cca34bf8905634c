/** Does to the stack what a disturbance says. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ServiceName } from "../../runtime/services/names.js";
import { enginePid, signalled } from "../support/services/faults.js";
import type { Kind } from "./plan.js";
import type { OtherMachine, Testbed } from "./testbed.js";
import type { Watch } from "./watch.js";

/** What is being done: the blow itself is over when `blow` is; what has to follow takes longer. */
export interface Doing {
  /** Whether there was anything to hit. */
  readonly hit: boolean;
  /** Puts right what has to be. */
  readonly afterwards: () => Promise<void>;
}

const NOTHING_MORE = async (): Promise<void> => {};
/** Requests that go wrong in a row. */
const MOST_REQUESTS = 4;
/** Another attempt begins when the heartbeats have been away for ten seconds, after a pause that grows. */
const TAKEOVER_MS = 90_000;
const MOST_ALONE_MS = 4_000;
const MOST_TOGETHER_MS = 6_000;

export async function disturb(
  testbed: Testbed,
  watch: Watch,
  kind: Kind,
  draws: readonly number[],
): Promise<Doing> {
  const { proxy } = testbed;
  const services = await pidsOf(testbed);
  const hit = (signal: NodeJS.Signals, ...pids: readonly (number | undefined)[]): Doing => {
    const found = pids.filter((pid) => pid !== undefined).filter((pid) => signalled(pid, signal));
    return { hit: found.length > 0, afterwards: NOTHING_MORE };
  };
  const training = services.get("training-worker");
  const spoil = (kindOfFault: "cut-request" | "lost-answer"): Doing => {
    let left = 1 + Math.floor((draws[0] ?? 0) * MOST_REQUESTS);
    proxy.spoil(({ method }) => {
      if (method !== "PUT" || left === 0) return undefined;
      left -= 1;
      // Somewhere in a checkpoint or a manifest.
      return kindOfFault === "lost-answer"
        ? { kind: kindOfFault }
        : { kind: kindOfFault, bytes: Math.floor((draws[1] ?? 0) * 400) };
    });
    return { hit: true, afterwards: NOTHING_MORE };
  };
  switch (kind) {
    case "SIGKILL engine":
      return hit("SIGKILL", await enginePid(testbed));
    case "SIGKILL training worker":
      return hit("SIGKILL", training);
    case "SIGKILL both":
      return hit("SIGKILL", await enginePid(testbed), training);
    case "SIGTERM training worker":
      return hit("SIGTERM", training);
    case "SIGKILL control worker":
      return hit("SIGKILL", services.get("control-worker"));
    case "SIGKILL Temporal":
      return hit("SIGKILL", services.get("temporal"));
    case "SIGKILL S3":
      return hit("SIGKILL", services.get("s3"));
    case "SIGKILL both servers":
      return hit("SIGKILL", services.get("temporal"), services.get("s3"));
    case "zombie":
      return makeZombie(testbed, watch, training, draws);
    case "connections cut":
      proxy.cut();
      return { hit: true, afterwards: NOTHING_MORE };
    case "uploads torn":
      return spoil("cut-request");
    case "answers lost":
      return spoil("lost-answer");
  }
}

export async function pidsOf(testbed: Testbed): Promise<ReadonlyMap<ServiceName, number>> {
  const { services } = await testbed.status();
  return new Map(services.flatMap(({ name, pid }) => (pid === undefined ? [] : [[name, pid] as const])));
}

/**
 * Stops the worker, with or without its engine, until another machine has the next attempt, and lets it go on
 * then: two attempts at one stage at once. Then the other machine ends, and its work comes back.
 */
async function makeZombie(
  testbed: Testbed,
  watch: Watch,
  worker: number | undefined,
  [engineToo = 0, alone = 0, together = 0, ending = 0]: readonly number[],
): Promise<Doing> {
  if (worker === undefined || !signalled(worker, "SIGSTOP")) return { hit: false, afterwards: NOTHING_MORE };
  const engine = engineToo < 0.5 ? await enginePid(testbed) : undefined;
  if (engine !== undefined) signalled(engine, "SIGSTOP");
  return {
    hit: true,
    afterwards: async () => {
      const other = testbed.startOther();
      try {
        await watch.until(({ worker: who, started }) => started && who === other.identity, TAKEOVER_MS);
        await sleep(alone * MOST_ALONE_MS);
      } finally {
        for (const pid of [engine, worker]) if (pid !== undefined) signalled(pid, "SIGCONT");
      }
      await sleep(together * MOST_TOGETHER_MS);
      await end(other, ending < 0.5 ? "SIGKILL" : "SIGTERM");
    },
  };
}

const LEAVING_MS = 20_000;

async function end({ child, ended }: OtherMachine, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  child.kill(signal);
  await Promise.race([ended, sleep(LEAVING_MS, undefined, { ref: false })]);
  child.kill("SIGKILL");
  await ended;
}

/**
 * Whether anything is left in a real cluster on this machine after many runs, half of which are cancelled or killed:
 *   node dist/test/k8s/cluster/sandbox/inside.js node dist/bench/pods/orphans.js [RUNS] [SEED]
 * Exit code 1 when a Job or a pod is left, or a run that nobody ended did not complete.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { cancelRun } from "../../client/runs/cancel.js";
import { randomStream } from "../../rng/stream.js";
import { type PodStack, startPodStack } from "../../test/k8s/podStack.js";
import { killWorker } from "../../test/k8s/podWorker.js";
import { servicePid } from "../../test/support/services/faults.js";
import { watchPods } from "./podTimes.js";

const [runs = 50, seed = 1] = process.argv.slice(2).map(Number);
/** So many runs at a time. */
const BESIDE = 3;
/** Within so many seconds after its start a run meets its fate; a whole one takes about as long. */
const FATE_SECONDS = 40;
/** A Job whose run was terminated is found by the control worker, which looks every minute. */
const SWEEP_MS = 180_000;

const draw = randomStream(seed, "orphans");
const pods = await startPodStack();
await pods.cluster.setGpus(BESIDE);
const watch = await watchPods();

const currentPod = (runId: string): string | undefined => watch.of(runId).at(-1)?.name;

/** What ends a run, or hits it; `mayGoOn` says whether it has to complete all the same. */
const FATES: readonly {
  readonly name: string;
  readonly mayGoOn: boolean;
  readonly hit: (runId: string) => Promise<unknown>;
}[] = [
  { name: "cancelled", mayGoOn: false, hit: (runId) => cancelRun(pods.stack.session, runId) },
  { name: "terminated", mayGoOn: false, hit: (runId) => terminate(pods, runId) },
  {
    name: "worker in the pod killed",
    mayGoOn: true,
    hit: async (runId) => killWorker(pods.cluster, currentPod(runId) ?? ""),
  },
  {
    name: "pod deleted at once",
    mayGoOn: true,
    hit: async (runId) =>
      pods.cluster.kubectl("delete", "pod", currentPod(runId) ?? "", "--grace-period=0", "--force"),
  },
  { name: "control worker killed", mayGoOn: true, hit: () => killControlWorker(pods) },
];

async function terminate({ stack }: PodStack, runId: string): Promise<void> {
  await stack.session.temporal.workflow.getHandle(runId).terminate("bench");
}

async function killControlWorker({ stack }: PodStack): Promise<void> {
  const pid = await servicePid(stack, "control-worker");
  if (pid === undefined) throw new Error("there is no control worker");
  process.kill(pid, "SIGKILL");
}

const outcomes = new Map<string, number>();
const failures: string[] = [];

async function one(number: number, fate: number | undefined, after: number): Promise<void> {
  const runId = await pods.start(`head.learning_rate=${0.001 + number / 1e6}`);
  const met = fate === undefined ? undefined : FATES[fate];
  let missed = "";
  const meeting = sleep(met === undefined ? 0 : after * 1000).then(() =>
    // What it would hit may be gone already, or not be there yet.
    met?.hit(runId).catch((error: unknown) => {
      missed = ", missed";
      console.log(`${runId}: ${met.name}: ${(error as Error).message.split("\n")[0]}`);
    }),
  );
  const { last } = await pods.follow(runId);
  await meeting;
  const outcome = `${met?.name ?? "left alone"}${missed} → ${last.status}`;
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  if (last.status !== "completed" && met?.mayGoOn !== false) {
    failures.push(`${runId}: ${outcome}: ${last.failure?.message}`);
  }
}

try {
  const plan = Array.from({ length: runs }, (_, number) => ({
    number,
    fate: number % 2 === 0 ? undefined : Math.floor(draw.uniform(2 * number) * FATES.length),
    after: draw.uniform(2 * number + 1) * FATE_SECONDS,
  }));
  const queue = [...plan];
  await Promise.all(
    Array.from({ length: BESIDE }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        await one(next.number, next.fate, next.after);
      }
    }),
  );
  const over = Date.now();
  let left = await pods.podsOf();
  while (left.length > 0 && Date.now() - over < SWEEP_MS) {
    await sleep(1000);
    left = await pods.podsOf();
  }
  for (const [outcome, count] of [...outcomes].sort()) console.log(`${count} ${outcome}`);
  console.log(
    `${left.length} Jobs and pods left ${Math.round((Date.now() - over) / 1000)} s after the last run`,
  );
  for (const line of [...left, ...failures]) console.log(line);
  if (left.length + failures.length > 0) process.exitCode = 1;
} finally {
  watch.stop();
  await pods.close();
}

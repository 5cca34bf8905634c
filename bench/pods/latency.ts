/**
 * How long a run waits for its pod, in a real cluster on this machine:
 *   node dist/test/k8s/cluster/sandbox/inside.js node dist/bench/pods/latency.js [TIMES]
 * from submission to the pod, from the running pod to the first training step, and from the death of its container to
 * the next new step. Steps are those that `thaw watch` shows, which are up to two seconds old.
 */
import { cancelRun } from "../../client/runs/cancel.js";
import { getRun } from "../../client/runs/watch.js";
import type { LiveStage } from "../../spec/pipeline/run.js";
import { startPodStack } from "../../test/k8s/podStack.js";
import { killWorker } from "../../test/k8s/podWorker.js";
import { isTraining, waitForStage } from "../../test/support/services/faults.js";
import { until } from "../../test/support/until.js";
import { medianAndRange } from "../support.js";
import { watchPods } from "./podTimes.js";

const times = Number(process.argv[2] ?? 5);
const LONG = ["unfreeze.epochs=1000", "unfreeze.patience=1000"];

const pods = await startPodStack();
const watch = await watchPods();
const { session } = pods.stack;

const stepOf = ({ progress }: LiveStage): number => progress?.step ?? 0;

async function measure(number: number): Promise<Readonly<Record<string, number>>> {
  const submitted = Date.now();
  // Images and features are those of the run before: the first stage to be computed is the head's training.
  const runId = await pods.start(`head.learning_rate=${0.001 + number / 1e5}`, ...LONG);
  await until("the pod is there", () => watch.of(runId).length > 0);
  await waitForStage(pods.stack, runId, "head", (stage) => stage.state === "done" || stepOf(stage) > 0);
  const firstStep = Date.now();
  const [first] = watch.of(runId);
  const { createdAt = Number.NaN, runningAt = Number.NaN, name = "" } = first ?? {};

  await waitForStage(pods.stack, runId, "tune-1", isTraining);
  await killWorker(pods.cluster, name);
  const killed = Date.now();
  const tuned = (await getRun(session, runId)).stages.find((stage) => stage.name === "tune-1");
  const reached = tuned === undefined ? 0 : stepOf(tuned);
  await waitForStage(
    pods.stack,
    runId,
    "tune-1",
    (stage) => isTraining(stage) && (stage.attempt ?? 1) > 1 && stepOf(stage) > reached,
  );
  const nextStep = Date.now();
  const second = watch.of(runId)[1]?.createdAt ?? Number.NaN;
  await cancelRun(session, runId);
  await pods.follow(runId);
  return {
    "submitted → pod created": createdAt - submitted,
    "pod created → running": runningAt - createdAt,
    "pod running → first training step": firstStep - runningAt,
    "container killed → another pod": second - killed,
    "container killed → next new step": nextStep - killed,
  };
}

try {
  await pods.follow(await pods.start());
  const rows: Readonly<Record<string, number>>[] = [];
  for (let number = 1; number <= times; number++) {
    const row = await measure(number);
    console.log(JSON.stringify(row));
    rows.push(row);
  }
  for (const what of Object.keys(rows[0] ?? {})) {
    const all = rows.map((row) => (row[what] ?? Number.NaN) / 1000);
    console.log(`${what}: ${medianAndRange(all, 1)}`);
  }
} finally {
  watch.stop();
  await pods.close();
}

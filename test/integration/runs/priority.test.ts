/** Who goes first on a worker for which several runs wait: the order in which a real server gives out what is queued there. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApplicationFailure, Context } from "@temporalio/activity";
import { explainRun } from "../../../client/explain/gather.js";
import { retrainInput } from "../../../client/models/retrain.js";
import { parseRunFile } from "../../../client/runFile/parse.js";
import { startRun } from "../../../client/runs/start.js";
import { getRun } from "../../../client/runs/watch.js";
import type { StageRequest } from "../../../spec/pipeline/activities.js";
import { CONTROL_QUEUE, LOCAL_TRAINING_QUEUE } from "../../../spec/pipeline/run.js";
import { RETRAIN_TYPE, type RetrainInput } from "../../../spec/retraining/retraining.js";
import type { RunFile } from "../../../spec/runFile/runFile.js";
import { startStack } from "../../support/services/stack.js";
import { type StandInRuns, standInRunsOn } from "../../support/services/standInRuns.js";
import { until } from "../../support/until.js";

let stack: StandInRuns;
let stopWorkers: () => Promise<void> = async () => undefined;
/** Ids of the runs whose images are being read, or were, in order. */
const begun: string[] = [];
let isHeld = true;

/** The first one keeps the worker while the others queue up. All of them end with that, so nothing else is queued. */
async function work(_: unknown, { run }: StageRequest): Promise<void> {
  begun.push(run.runId);
  const isFree = async (): Promise<boolean> => {
    Context.current().heartbeat();
    return !isHeld;
  };
  await until("the queue is full", isFree);
  throw ApplicationFailure.create({ message: "no more is wanted", type: "BASE_UNKNOWN", nonRetryable: true });
}

before(async () => {
  stack = await standInRunsOn(await startStack({ workers: false }));
  stopWorkers = await stack.startWorkers({ oneAtATime: true, work, summaries: {} });
});
after(async () => {
  isHeld = false;
  await stopWorkers();
  await stack.close();
});

const fileOf = (name: string, ...set: string[]): RunFile =>
  parseRunFile(`name: ${name}\ndata: { path: images }\n`, "thaw.yaml", set);

const start = async (name: string, ...set: string[]): Promise<string> =>
  (await startRun(stack.session, { file: fileOf(name, ...set), dataPath: stack.dataPath })).runId;

/** As a schedule of the server does, which knows nothing of priorities. */
async function lookAsScheduled(name: string): Promise<void> {
  const { session, dataPath } = stack;
  const input: RetrainInput = {
    ...(await retrainInput(session, { file: fileOf(name), dataPath })),
    schedule: "nightly",
  };
  await session.temporal.workflow.start(RETRAIN_TYPE, {
    ...{ workflowId: `retrain-${name}`, taskQueue: CONTROL_QUEUE, args: [input] },
  });
}

/** Stages that the server keeps for the training worker. */
async function queued(): Promise<number> {
  const { workflowService } = stack.session.temporal;
  const { stats } = await workflowService.describeTaskQueue({
    namespace: stack.session.platform.temporal.namespace,
    taskQueue: { name: LOCAL_TRAINING_QUEUE },
    // Activities.
    taskQueueType: 2,
    reportStats: true,
  });
  return Number(stats?.approximateBacklogCount ?? 0);
}

/** When a run's images began to be read, as its history says. */
async function startedAt(runId: string): Promise<bigint> {
  const { events } = await stack.session.temporal.workflow.getHandle(runId).fetchHistory();
  const scheduled = events?.find(
    ({ activityTaskScheduledEventAttributes: one }) => one?.activityId === "ingest",
  );
  const started = events?.find(
    ({ activityTaskStartedEventAttributes: one }) =>
      one?.scheduledEventId?.toString() === (scheduled?.eventId?.toString() ?? "none"),
  );
  const { seconds, nanos } = started?.eventTime ?? assert.fail(`${runId} has not read its images`);
  return BigInt(String(seconds ?? 0)) * 1_000_000_000n + BigInt(nanos ?? 0);
}

test("the urgent go first, a schedule's after a person's, and models of one urgency take turns", async () => {
  await start("first");
  await until("the worker is busy", async () => begun.length === 1);
  const last = await start("last", "priority=5");
  await lookAsScheduled("nightly");
  // Each is behind those before it.
  await until("two are queued", async () => (await queued()) === 2, queued);
  for (const name of ["many", "many", "many", "many"]) await start(name);
  await until("six are queued", async () => (await queued()) === 6, queued);
  for (const name of ["few", "few"]) await start(name);
  await start("urgent", "priority=1");
  await until("nine are queued", async () => (await queued()) === 9, queued);
  const said = async (): Promise<string> =>
    (await explainRun(stack.session, await getRun(stack.session, last), undefined)).sentences.join(" ");
  await until(
    "it is said where the last one stands",
    async () =>
      (await said()).includes(
        "Its priority is 5 (1 to 5): of runs that wait for the same worker lower numbers go first.",
      ),
    said,
  );
  isHeld = false;
  await until(
    "all have begun",
    async () => begun.length === 10,
    () => begun,
  );
  const times = await Promise.all(
    begun.map(async (runId) => {
      await stack.session.temporal.workflow
        .getHandle(runId)
        .result()
        .catch(() => undefined);
      return [runId.replace(/-.*$/, ""), await startedAt(runId)] as const;
    }),
  );
  const order = times.toSorted(([, one], [, other]) => (one < other ? -1 : 1)).map(([name]) => name);
  assert.deepEqual([order[0], order[1]], ["first", "urgent"], order.join());
  assert.deepEqual(order.slice(2, 6).toSorted(), ["few", "few", "many", "many"], order.join());
  assert.deepEqual(order.slice(6), ["many", "many", "nightly", "last"], order.join());
});

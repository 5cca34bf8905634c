/** Explanations of runs that do several stages at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorkflowExecutionDescription } from "@temporalio/client";
import { explain } from "../../../../client/explain/explain.js";
import type { Situation, Task } from "../../../../client/explain/situation.js";
import type { RunView } from "../../../../client/runs/watch.js";
import { waitingQueues } from "../../../../client/temporal/pollers.js";
import type { LiveStage } from "../../../../spec/pipeline/run.js";
import type { PodState } from "../../../../spec/pods/pod.js";

const RUNNING: PodState = {
  phase: "running",
  reason: "running",
  sentence: "runs",
  pod: "thaw-r-a",
  node: "n",
};
const WAITING: PodState = {
  ...{ lane: 2, phase: "waiting", reason: "unschedulable" },
  sentence: "0/1 nodes are available: 1 Insufficient nvidia.com/gpu",
};
const task = (stage: string, more: Partial<Task> = {}): Task => ({
  ...{ stage, isLookup: false, state: "running", queue: "thaw-run-r", attempt: 1, seconds: 60 },
  ...more,
});

function explained(view: Partial<RunView>, more: Partial<Situation>) {
  const stages: readonly LiveStage[] = [
    { name: "head", state: "running" },
    { name: "fold-1", state: "running" },
  ];
  const common = { waiting: [], causes: [], lastLines: [], embedded: false, tasks: [] };
  const run = { runId: "r", model: "m", status: "running", startedAt: new Date(0), stages } as const;
  return explain({ ...common, ...more, view: { ...run, ...view } });
}

test("a stage that waits for a pod while another one is at work: both are told, and why", () => {
  const { condition, sentences } = explained(
    { pod: RUNNING, otherPods: [WAITING] },
    { tasks: [task("head"), task("fold-1", { state: "queued", queue: "thaw-run-r-lane2" })] },
  );
  assert.equal(condition, "working");
  assert.deepEqual(sentences.slice(0, 3), [
    "Stage head has been running for 1 min 0 s.",
    "Stage fold-1 has waited for its worker for 1 min 0 s.",
    "The run's pod 2 (unschedulable): 0/1 nodes are available: 1 Insufficient nvidia.com/gpu.",
  ]);
});

test("where all that is to be done waits for a pod, that is what the run waits for, whichever other pod runs", () => {
  const pods = { pod: RUNNING, otherPods: [WAITING] };
  const queued = { state: "queued", queue: "thaw-run-r-lane2" } as const;
  const waits = explained(pods, { tasks: [task("fold-1", queued)] });
  assert.equal(waits.condition, "waiting-for-pod");
  assert.equal(
    waits.sentences[0],
    "It waits for its pod. The run's pod 2 (unschedulable): 0/1 nodes are available: 1 Insufficient nvidia.com/gpu.",
  );
  assert.match(waits.advice.join(), /kubernetes\.resources/);
  // That of the pod that runs will take it.
  const given = explained(pods, { tasks: [task("fold-1", queued), task("head", { state: "queued" })] });
  assert.equal(given.condition, "working");
});

test("where no pod runs each of them is told", () => {
  const { lane: _lane, ...first } = WAITING;
  const { condition, sentences } = explained(
    { pod: { ...first, pod: "thaw-r-a" }, otherPods: [{ ...WAITING, group: "fold" }] },
    {},
  );
  assert.equal(condition, "waiting-for-pod");
  assert.match(sentences[0] ?? "", /^It waits for its pods\. Pod thaw-r-a \(unschedulable\)/);
  assert.match(sentences[1] ?? "", /^The run's pod 2 for fold \(unschedulable\)/);
});

test("of a paused run every stage that is held is named, and what is at work still", () => {
  const { condition, sentences, advice } = explained(
    {
      stages: [
        { name: "head", state: "paused", note: "at epoch 3, step 4, since noon by ada" },
        { name: "fold-1", state: "paused", note: "since noon by ada" },
        { name: "fold-2", state: "running" },
      ],
    },
    { tasks: [task("fold-2")] },
  );
  assert.equal(condition, "paused");
  assert.deepEqual(sentences.slice(0, 3), [
    "Stage head is paused at epoch 3, step 4, since noon by ada.",
    "Stage fold-1 is paused since noon by ada.",
    "Stage fold-2 has been running for 1 min 0 s.",
  ]);
  assert.match(advice.join(), /lets them go on/);
});

test("a stage that waits for the worker that is at the run's other one does not lack a worker", () => {
  const NOW = 1_000_000;
  const activity = (activityId: string, state: 1 | 2, name = "thaw-training") => ({
    ...{ activityId, state, activityType: { name: "trainFold" } },
    ...{ scheduledTime: { seconds: 1, nanos: 0 }, activityOptions: { taskQueue: { name } } },
  });
  const queues = (...pendingActivities: readonly object[]): readonly string[] =>
    waitingQueues({ raw: { pendingActivities } } as unknown as WorkflowExecutionDescription, NOW).map(
      ({ name }) => name,
    );
  assert.deepEqual(queues(activity("fold-1", 2), activity("fold-2", 1)), []);
  assert.deepEqual(queues(activity("fold-2", 1)), ["thaw-training"]);
  assert.deepEqual(queues(activity("find-fold-1", 2, "thaw-control"), activity("fold-2", 1)), [
    "thaw-training",
  ]);
});

test("shards of a stage are told in one sentence, whatever else is at work", () => {
  const progress = { phase: "shards", step: 12, total: 50, etaSeconds: 480 };
  const stages: readonly LiveStage[] = [
    { name: "features", state: "running", progress },
    { name: "features-2", state: "running" },
  ];
  const shard = (number: number, more: Partial<Task> = {}) =>
    task("features", { part: `features-shard-${number}`, ...more });
  const { sentences } = explained(
    { stages },
    { tasks: [shard(13), task("features-2"), shard(14), shard(15, { state: "queued" })] },
  );
  assert.deepEqual(sentences.slice(0, 2), [
    "3 shards of features are given out, 1 of them waits for a worker: shards, 12 of 50, about 8 min 0 s to go.",
    "Stage features-2 has been running for 1 min 0 s.",
  ]);
  const one = explained({ stages }, { tasks: [shard(13)] });
  assert.match(
    one.sentences[0] ?? "",
    /^A shard of features has been running for 1 min 0 s: shards, 12 of 50/,
  );
});

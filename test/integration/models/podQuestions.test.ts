/** With `compute: kubernetes` a retraining asks in pods of their own what it asks beside its run: real workflows, pods stood in for. */
import assert from "node:assert/strict";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { ApplicationFailure, Context } from "@temporalio/activity";
import type { ControlDependencies } from "../../../activities/context.js";
import { askedNewest, driftInBrief, driftRecordOf } from "../../../activities/retraining/answers.js";
import { followRetraining, startRetraining } from "../../../client/models/retrain.js";
import { parseRunFile } from "../../../client/runFile/parse.js";
import { lineageOf } from "../../../spec/pipeline/lineage.js";
import { POD_SIGNAL, type PodState, podQueue } from "../../../spec/pods/pod.js";
import type { DriftRecord } from "../../../spec/records/drift.js";
import type { Metered, Usage } from "../../../spec/records/usage.js";
import type { DriftActivities } from "../../../spec/retraining/drift.js";
import type { NewestActivities, NewestInBrief } from "../../../spec/retraining/newest.js";
import {
  POD_QUESTION_TYPE,
  type PodQuestion,
  QUESTION_POD_QUERY,
} from "../../../spec/retraining/podQuestion.js";
import { RETRAIN_STATE_QUERY, type RetrainState, type Tick } from "../../../spec/retraining/retraining.js";
import { requireManifest } from "../../../store/artifacts/artifacts.js";
import { datasetOf } from "../../../store/artifacts/comparable.js";
import { keepDrift } from "../../../store/records/drifts.js";
import { keepAnswers } from "../../../store/records/newestAnswers.js";
import { proofRecords, requireModel } from "../../../store/records/proofs.js";
import { monthOfTraining } from "../../chaos/months/trainer.js";
import { type PodStandIns, podStandIns } from "../../support/services/podStandIns.js";
import { sharedServices } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { ENGINE, startStandIns } from "../../support/services/standIns.js";
import { until } from "../../support/until.js";

type DriftRequest = Parameters<DriftActivities["compareDrift"]>[0];
type NewestRequest = Parameters<NewestActivities["answerNewest"]>[0];

let stack: Stack;
let stop: () => Promise<void>;
/** Each test has a model and images of its own. */
let name: string;
let count = 0;
let drawn = 0;
/** Pods that come (+) and go (-) by what they are for, and what is done in them. */
let events: string[] = [];
/** Of questions, how a pod fares; `killed` as often as it says. */
let trouble: { readonly starts?: false; killed?: number; readonly endless?: true } = {};
let trainingFails = false;
let asked: PodQuestion["run"][] = [];

before(async () => {
  stack = await sharedServices();
  const training = monthOfTraining(join(stack.folder, "trained.log"));
  stop = await startStandIns(stack.session, stack.folder, {
    ...training,
    work: async (dependencies, request) => {
      if (trainingFails && request.stage.kind === "head")
        throw ApplicationFailure.create({ message: "no training today", nonRetryable: true });
      await training.work(dependencies, request);
    },
    drift: compare,
    newest: answer,
    pods: troubled(podStandIns((event) => events.push(event.replace("run", whose())))),
  });
});
after(async () => {
  await stop();
  await stack.close();
});

beforeEach(async () => {
  name = `pod-questions-${++count}`;
  [trouble, trainingFails] = [{}, false];
  for (const label of ["a", "b"]) await add(label, 110);
});

/** Which kind of workflow the activity is of that is at work. */
const whose = (): string =>
  Context.current().info.workflowType === POD_QUESTION_TYPE ? "question" : "training";

/** Pods of questions that do not start, as the cluster says it of one. */
function troubled(pods: PodStandIns): PodStandIns {
  const { startPod, watchPod } = pods.activities;
  const fails = (): boolean => whose() === "question" && trouble.starts === false;
  return {
    ...pods,
    activities: {
      ...pods.activities,
      startPod: async (request) => {
        if (!fails()) await startPod(request);
      },
      watchPod: async (request) => {
        if (!fails()) return watchPod(request);
        throw ApplicationFailure.create({
          message: "pod thaw-x (unschedulable): 0/1 nodes are available: 1 Insufficient nvidia.com/gpu",
          type: "POD_NOT_STARTED",
          nonRetryable: true,
          details: [{ hint: "raise kubernetes.timeouts.queue" }],
        });
      },
    },
  };
}

/** What a worker in a pod does first: it may be killed, or go on until it is cancelled. */
async function work(kind: string, run: DriftRequest["run"]): Promise<Usage> {
  const { info, client, heartbeat, sleep } = Context.current();
  events.push(kind);
  asked.push(run as PodQuestion["run"]);
  const { workflowId = "" } = info.workflowExecution ?? {};
  assert.equal(info.taskQueue, podQueue(workflowId));
  if (trouble.killed !== undefined && trouble.killed > 0) {
    trouble.killed--;
    const end = { reason: "out-of-memory", sentence: "it used more than 1Gi" } as const;
    const state: PodState = { phase: "ended", ...end, ended: 2 - trouble.killed, lastEnd: end };
    const question = client.workflow.getHandle(workflowId);
    // What is said of a pod does not count before the workflow knows that its Job was made.
    while ((await question.query<PodState | null>(QUESTION_POD_QUERY)) === null) {
      heartbeat();
      await sleep(50);
    }
    await question.signal(POD_SIGNAL, state);
    for (;;) {
      heartbeat();
      await sleep(50);
    }
  }
  while (trouble.endless) {
    heartbeat();
    await sleep(50);
  }
  const resources = { cpus: 2, memoryGiB: 8, gpus: 1 };
  return {
    run: workflowId,
    lineage: lineageOf(run as PodQuestion["run"]),
    seconds: 7,
    cpuSeconds: 3,
    resources,
  };
}

/** In the place of an engine: all new images look the same. */
async function compare({
  run,
  version,
  source,
}: DriftRequest): Promise<Metered<ReturnType<typeof driftInBrief>>> {
  const usage = await work("drift", run);
  const { store } = stack.session;
  const model = await requireModel(store, run.file.name, version);
  const dataset = (await requireManifest(store, datasetOf(model))).digest;
  const record = driftRecordOf(run, model, { dataset, source, engineFingerprint: ENGINE });
  const drift: DriftRecord = {
    ...{ model: { name: run.file.name, version }, at: new Date().toISOString(), source, bytes: {} },
    ...{ verdict: "same", kind: "none", sentence: "looks the same", level: 0.05 },
    accuracy: { heldOut: 0.9, unknown: "nobody estimated" },
    ...{ properties: [], newest: [] },
    images: {
      ...{ found: 120, read: 120, known: 0, copies: 0, compared: 120, heldOut: 100 },
      unreadable: { count: 0, shown: [] },
    },
  };
  return { ...driftInBrief(record, await keepDrift(store, record, drift)), usage };
}

/** The version in use gets every new image right. */
async function answer(
  { store }: ControlDependencies,
  request: NewestRequest,
): Promise<Metered<NewestInBrief>> {
  const usage = await work("newest", request.run);
  const { asked: model, record, labels } = await askedNewest(store, request);
  const answers = [...labels].map(([sha256, predicted]) => ({ sha256, predicted }));
  await keepAnswers(store, record, {
    ...{ model: model.name, version: model.version, at: new Date().toISOString(), answers },
  });
  return { images: labels.size, right: labels.size, usage };
}

async function add(label: string, many: number): Promise<void> {
  const folder = join(stack.folder, name, label);
  await mkdir(folder, { recursive: true });
  for (let i = 0; i < many; i++) await writeFile(join(folder, `${drawn++}.jpg`), `image ${drawn}`);
}

async function begin(): Promise<string> {
  [events, asked] = [[], []];
  const images = join(stack.folder, name);
  const text =
    `name: ${name}\nbase: efficientnet-lite0\ndata: { path: ${JSON.stringify(images)} }\nrecipe: extractor-only\n` +
    "unfreeze: { stages: [] }\nevaluation: { folds: 0 }\ncompute: kubernetes\n" +
    "model: { promote: automatic, rule: not-worse }\n";
  const file = parseRunFile(text, "thaw.yaml", []);
  return (await startRetraining(stack.session, { file, dataPath: images })).workflowId;
}

async function look(): Promise<{ readonly tick: Tick; readonly steps: readonly string[] }> {
  return outcome(await begin());
}

async function outcome(
  workflowId: string,
): Promise<{ readonly tick: Tick; readonly steps: readonly string[] }> {
  const handle = stack.session.temporal.workflow.getHandle(workflowId);
  const tick = (await handle.result()) as Tick;
  const { steps } = await handle.query<RetrainState>(RETRAIN_STATE_QUERY);
  return { tick, steps };
}

const TRAINING = ["+training", "-training"];

test("both questions have a pod of their own, before the run's and after it, and the look has the answers", async () => {
  const first = await look();
  assert.equal(first.tick.verdict, "promoted");
  assert.deepEqual(events, TRAINING, "where no version is in use there is nothing to ask");

  for (const label of ["a", "b"]) await add(label, 60);
  const { tick, steps } = await look();
  assert.equal(tick.verdict, "promoted", tick.sentence);
  assert.deepEqual(events, [
    ...["+question", "drift", "-question"],
    ...TRAINING,
    ...["+question", "newest", "-question"],
  ]);
  assert.deepEqual([tick.drift?.verdict, tick.drift?.compared], ["same", 120]);
  assert.ok(steps.includes(`new images against ${name}@1: looks the same`), steps.join("\n"));
  assert.ok(
    steps.some((step) => /^version 1 gets (\d+) of the \1 newest test images right/.test(step)),
    steps.join("\n"),
  );
  const [proof] = (await proofRecords(stack.session.store, name).proofs()).known;
  assert.ok((proof?.newest?.images ?? 0) >= 20, "the answers are in the proof");
  assert.notEqual(proof?.newest?.verdict, "cannot-say");

  // What was held is the look's, under the ids of the questions, all of one lineage.
  const [drift, newest] = asked;
  assert.deepEqual([tick.usage?.drift?.run, tick.usage?.newest?.run], [drift?.runId, newest?.runId]);
  assert.deepEqual([tick.usage?.drift?.seconds, tick.usage?.newest?.resources.gpus], [7, 1]);
  assert.equal(new Set([drift?.runId, newest?.runId, tick.runId]).size, 3);
  assert.deepEqual([drift?.lineage, newest?.lineage], [tick.workflowId, tick.workflowId]);
  for (const id of [drift?.runId ?? "", newest?.runId ?? ""]) {
    assert.match(id, new RegExp(`^${name}-\\d{8}-\\d{6}-[0-9a-z]{4}$`), "it fits where a run's id does");
    const { type, status } = await stack.session.temporal.workflow.getHandle(id).describe();
    assert.deepEqual([type, status.name], [POD_QUESTION_TYPE, "COMPLETED"]);
  }
});

test("what the store knows needs no pod: a comparison that was made, and no image that is new", async () => {
  await look();
  for (const label of ["a", "b"]) await add(label, 60);
  trainingFails = true;
  const workflowId = await begin();
  await assert.rejects(outcome(workflowId));
  assert.deepEqual(events, ["+question", "drift", "-question", ...TRAINING]);
  trainingFails = false;
  const { tick } = await look();
  assert.deepEqual([tick.drift?.verdict, tick.drift?.version], ["same", 1], tick.drift?.sentence);
  assert.equal(tick.usage?.drift, undefined);
  assert.deepEqual(events, [...TRAINING, "+question", "newest", "-question"]);

  const folder = join(stack.folder, name, "a");
  for (const file of (await readdir(folder)).slice(0, 10)) await rm(join(folder, file));
  const fewer = await look();
  assert.notEqual(fewer.tick.version, undefined);
  assert.equal(fewer.tick.drift, undefined);
  assert.deepEqual(events, TRAINING, "no image is new");
});

test("where a pod does not start that is said, with the cluster's words, and the retraining goes on", async () => {
  await look();
  for (const label of ["a", "b"]) await add(label, 60);
  trouble = { starts: false };
  const { tick, steps } = await look();
  assert.equal(tick.verdict, "promoted", tick.sentence);
  assert.deepEqual(events, TRAINING);
  const why =
    "pod thaw-x (unschedulable): 0/1 nodes are available: 1 Insufficient nvidia.com/gpu (raise kubernetes.timeouts.queue)";
  assert.deepEqual(tick.drift, { version: 1, sentence: `it could not be told: ${why}` });
  assert.ok(steps.includes(`version 1 could not be asked about the newest images: ${why}`), steps.join("\n"));
  assert.match(tick.sentence, /the champion was not asked about the \d+ images that are new since it$/);
});

test("a pod that is killed for its memory is followed by another one; killed again, that is the answer", async () => {
  await look();
  for (const label of ["a", "b"]) await add(label, 60);
  trouble = { killed: 1 };
  const { tick } = await look();
  assert.equal(tick.drift?.verdict, "same", tick.drift?.sentence);
  assert.deepEqual(events.slice(0, 4), ["+question", "drift", "drift", "-question"]);

  for (const label of ["a", "b"]) await add(label, 60);
  trouble = { killed: 2 };
  const again = await look();
  assert.equal(again.tick.drift?.verdict, undefined);
  assert.match(
    again.tick.drift?.sentence ?? "",
    /^it could not be told: .* was killed because it used more memory than it has \(raise resources\.memory/,
  );
  assert.ok((again.tick.version ?? 0) > 2, again.tick.sentence);
});

test("a look that is cancelled takes its question's pod along, and a question that somebody ends is no answer", async () => {
  await look();
  for (const label of ["a", "b"]) await add(label, 60);
  trouble = { endless: true };
  const workflowId = await begin();
  await until(
    "it is asked",
    () => events.includes("drift"),
    () => events,
  );
  const steps: string[] = [];
  const leaves = new AbortController();
  await followRetraining(stack.session, name, workflowId, {
    onStep: (step) => {
      steps.push(step);
      if (/^Pod thaw-run-.* runs$/.test(step)) leaves.abort();
    },
    onRun: async () => undefined,
    signal: AbortSignal.any([leaves.signal, AbortSignal.timeout(60_000)]),
  });
  assert.ok(leaves.signal.aborted, steps.join("\n"));
  await stack.session.temporal.workflow.getHandle(workflowId).cancel();
  await assert.rejects(stack.session.temporal.workflow.getHandle(workflowId).result());
  assert.deepEqual(events, ["+question", "drift", "-question"]);

  const next = await begin();
  await until(
    "it is asked",
    () => asked.length > 0,
    () => events,
  );
  const question = stack.session.temporal.workflow.getHandle(asked[0]?.runId ?? "");
  await question.cancel();
  await assert.rejects(question.result());
  trouble = {};
  const { tick } = await outcome(next);
  assert.equal(tick.drift?.sentence, `it could not be told: ${asked[0]?.runId} was cancelled`);
  assert.equal(tick.verdict, "promoted", tick.sentence);
});

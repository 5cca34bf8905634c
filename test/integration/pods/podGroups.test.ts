/** Which pod a stage gets, and when a run's pods come and go: the real workflow, with workers in the pods' place. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Context } from "@temporalio/activity";
import type { ControlDependencies } from "../../../activities/context.js";
import { parseRunFile } from "../../../client/runFile/parse.js";
import { cancelRun } from "../../../client/runs/cancel.js";
import { type RunRequest, startRun } from "../../../client/runs/start.js";
import { getRun } from "../../../client/runs/watch.js";
import type { Session } from "../../../client/session.js";
import { ThawError } from "../../../spec/errors.js";
import type { StageRequest } from "../../../spec/pipeline/activities.js";
import type { PodState } from "../../../spec/pods/pod.js";
import { smallImageSet } from "../../support/images/images.js";
import { podStandIns } from "../../support/services/podStandIns.js";
import { sharedServices } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { EVALUATION, RECIPE, startStandIns } from "../../support/services/standIns.js";
import { until } from "../../support/until.js";
import { watchToEnd } from "../../support/watch.js";

/** A seed whose evaluation goes on until it is cancelled. */
const ENDLESS = 2;

const RUN_FILE = `
name: pods
data: { path: images }
unfreeze: { stages: [blocks.6] }
evaluation: { folds: 0 }
compute: kubernetes
kubernetes:
  resources: { gpu: 1 }
  stages:
    recipe: { resources: { gpu: 0 } }
    evaluate: { resources: { gpu: 0 } }
`;

const summaries = {
  ingest: { images: 8, classes: ["a", "b"], quarantined: [] },
  recipe: RECIPE,
  tune: { kept: false, verdict: "rolled back: validation did not get better" },
  evaluate: EVALUATION,
};

/** Pods that come (+) and go (-), and the stages between, in their order. */
let events: string[] = [];

async function work(_dependencies: ControlDependencies, request: StageRequest): Promise<void> {
  const { stage, run, shortOfMemory } = request;
  const { heartbeat, info, sleep } = Context.current();
  // The pod before says when it is gone that memory was short; that is no news of this one.
  events.push(shortOfMemory === true ? `${stage.name}, short of memory` : stage.name);
  if (stage.kind !== "report") await untilShown(run.runId, info.taskQueue);
  while (run.file.seed === ENDLESS && stage.kind === "evaluate") {
    heartbeat();
    await sleep(50);
  }
}

/** What is shown is the pod that is at work, whatever comes late from another. */
async function untilShown(runId: string, queue: string): Promise<void> {
  let pod: PodState | undefined;
  await until(
    `the run shows its pod ${queue}`,
    async () => {
      ({ pod } = await getRun(session, runId));
      return pod?.pod === queue;
    },
    () => pod,
  );
}

let stack: Stack;
let dataPath: string;
let session: Session;
let stopWorkers: () => Promise<void> = async () => undefined;

before(async () => {
  stack = await sharedServices();
  ({ session } = stack);
  dataPath = await smallImageSet(join(stack.folder, "images"), 4);
  const pods = podStandIns((event) => events.push(event));
  stopWorkers = await startStandIns(session, stack.folder, { work, summaries, pods });
});

after(async () => {
  await stopWorkers();
  await stack.close();
});

async function start(set: readonly string[], lineage?: RunRequest["lineage"]): Promise<string> {
  events = [];
  const file = parseRunFile(RUN_FILE, "thaw.yaml", set);
  const { runId } = await startRun(session, {
    file,
    dataPath,
    ...(lineage === undefined ? {} : { lineage }),
  });
  return runId;
}

test("a stage with other resources gets another pod, made when the one before is gone, and removed when it is done", async () => {
  const runId = await start([]);
  const view = await watchToEnd(session, runId);
  assert.equal(view.status, "completed", JSON.stringify(view));
  assert.deepEqual(events, [
    ...["+run", "ingest", "features", "-run"],
    ...["+recipe", "recipe", "-recipe"],
    ...["+run", "head", "tune-1", "-run"],
    // Its settings are those of the recipe, so it is the same pod, made once more.
    ...["+recipe", "evaluate", "-recipe"],
    "report",
  ]);
  assert.equal(view.pod, undefined);
});

test("what is in the store needs no pod: only the evaluation's is made", async () => {
  const runId = await start([], { from: "evaluate" });
  const view = await watchToEnd(session, runId);
  assert.equal(view.status, "completed", JSON.stringify(view));
  assert.deepEqual(events, ["+recipe", "evaluate", "-recipe", "report"]);
});

test("a run that is cancelled takes the pod along that it has then", async () => {
  const runId = await start([`seed=${ENDLESS}`]);
  await until("the evaluation runs", async () => events.includes("evaluate"));
  await untilShown(runId, `thaw-run-${runId}-recipe`);
  assert.equal((await getRun(session, runId)).pod?.group, "recipe");
  await cancelRun(session, runId);
  const view = await watchToEnd(session, runId);
  assert.equal(view.status, "cancelled");
  await until(
    "the pod is removed",
    async () => events.at(-1) === "-recipe",
    () => events,
  );
});

async function refusal(...overrides: string[]): Promise<ThawError> {
  const { startPod } = await import("../../../activities/pods/startPod.js");
  const policyFile = join(stack.folder, "pod-policy.yaml");
  await writeFile(policyFile, "images: ['thaw:1']\n");
  const file = parseRunFile(RUN_FILE, "thaw.yaml", ["kubernetes.image=thaw:1", ...overrides]);
  const run = { runId: "pods-1", file, dataPath, thawVersion: "" };
  const end = await startPod({ store: session.store, pods: { env: {}, policyFile } }, { run }).catch(
    (error: unknown) => error,
  );
  assert.ok(end instanceof ThawError, String(end));
  return end;
}

test("a stage's pod that cannot be is refused before the first pod is made", async () => {
  const { code, message } = await refusal("kubernetes.stages.evaluate.spot=true");
  assert.equal(code, "RUN_FILE_INVALID");
  assert.match(message, /spot/);
});

test("so is one that the installation does not allow, and no cluster is asked", async () => {
  const { code, message, retryable } = await refusal(
    "kubernetes.stages.evaluate.pod_template={spec: {hostPID: true}}",
  );
  assert.equal(code, "POD_FORBIDDEN");
  assert.equal(retryable, false);
  assert.match(
    message,
    /^kubernetes\.stages\.evaluate\.pod_template\.spec\.hostPID: this installation allows no pods/,
  );
});

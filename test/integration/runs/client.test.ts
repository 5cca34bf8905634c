/** The client against a real Temporal server, a real S3 server and the real workflow, with small activities. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Context } from "@temporalio/activity";
import type { ControlDependencies } from "../../../activities/context.js";
import { resolveModel, resolveRunRecord } from "../../../client/models/reference.js";
import { planRun } from "../../../client/plan/plan.js";
import { getArtifact, listFiles, readReport } from "../../../client/runs/artifacts.js";
import { cancelRun } from "../../../client/runs/cancel.js";
import { fetchHistory } from "../../../client/runs/currentStages.js";
import { listRuns } from "../../../client/runs/list.js";
import { resolveRunId } from "../../../client/runs/resolve.js";
import { startRun } from "../../../client/runs/start.js";
import { getRun, type RunView, watchRun } from "../../../client/runs/watch.js";
import type { Session } from "../../../client/session.js";
import { ThawError } from "../../../spec/errors.js";
import type { StageRequest } from "../../../spec/pipeline/activities.js";
import { RUN_STATE_QUERY, type RunState } from "../../../spec/pipeline/run.js";
import { planStages } from "../../../spec/pipeline/stages.js";
import { refusalOf } from "../../support/refusal.js";
import { startStack } from "../../support/services/stack.js";
import { type StandInRuns, smallRunFile, standInRunsOn } from "../../support/services/standInRuns.js";
import { ENGINE, EVALUATION, RECIPE } from "../../support/services/standIns.js";
import { watchUntil } from "../../support/watch.js";

/** Seeds that the activities below treat in their own way. */
const GATED = 2;
const BROKEN = 3;

let stack: StandInRuns;
let folder: string;
let dataPath: string;
let session: Session;
let stopWorkers: () => Promise<void> = async () => undefined;

before(async () => {
  stack = await standInRunsOn(await startStack({ workers: false }));
  ({ folder, session, dataPath } = stack);
});

after(async () => {
  await stopWorkers();
  await stack.close();
});

const runFile = smallRunFile(3);

/** The head's training, which some seeds hold up or break. */
async function work(_dependencies: ControlDependencies, { stage, run }: StageRequest): Promise<void> {
  if (stage.kind !== "head") return;
  Context.current().heartbeat({ phase: "epoch 1/60", step: 3, total: 60, loss: 0.25 });
  if (run.file.seed === BROKEN) {
    throw new ThawError("TRAINING_DIVERGED", "the loss is not a number", {
      hint: "lower head.learning_rate",
    });
  }
  // A cancellation arrives with the answer to a heartbeat.
  while (run.file.seed === GATED) {
    await Context.current().sleep(50);
    Context.current().heartbeat({ phase: "epoch 1/60", step: 3, total: 60, loss: 0.25 });
  }
}

const summaries = {
  ingest: { images: 8, classes: EVALUATION.classes, quarantined: [] },
  recipe: { ...RECIPE, decision: { ...RECIPE.decision, folds: { count: 2, reason: "class b has no more" } } },
  fold: { images: { heldOut: 4 }, head: { accuracy: 0.5 }, final: { accuracy: 0.75 } },
  tune: { kept: false, verdict: "rolled back: validation did not get better" },
  evaluate: EVALUATION,
};

const isClosed = (view: RunView): boolean => view.status !== "running";
const states = ({ stages }: Pick<RunView, "stages">): Record<string, string> =>
  Object.fromEntries(stages.map(({ name, state }) => [name, state]));

describe("without workers", () => {
  let runId: string;

  test("a started run has an id that says what and when, and a link into the UI", async () => {
    const started = await startRun(session, { file: runFile(1), dataPath });
    runId = started.runId;
    assert.match(runId, /^small-\d{8}-\d{6}-[0-9a-z]{4}$/);
    assert.equal(started.url, `${session.platform.temporal.uiUrl}/namespaces/default/workflows/${runId}`);
  });

  test("all stages are waiting, and the view tells that no worker is there", async () => {
    const view = await watchUntil(session, runId, ({ noWorker }) => noWorker === true);
    assert.equal(view.status, "running");
    assert.equal(view.model, "small");
    assert.deepEqual(
      view.stages,
      planStages(runFile(1)).map(({ name }) => ({ name, state: "waiting" })),
    );
  });

  test("the same id cannot be started twice", async () => {
    await assert.rejects(startRun(session, { file: runFile(1), dataPath, runId }), { code: "USAGE" });
  });

  test("the run goes through once the workers are there, and the last view has its result", async () => {
    stopWorkers = await stack.startWorkers({ work, summaries });
    const view = await watchUntil(session, runId, isClosed);
    assert.equal(view.status, "completed", JSON.stringify(view));
    assert.deepEqual(states(view), {
      ingest: "done",
      features: "done",
      recipe: "done",
      head: "done",
      "tune-1": "rolled-back",
      "fold-1": "done",
      "fold-2": "done",
      "fold-3": "skipped",
      evaluate: "done",
      register: "done",
      report: "done",
    });
    assert.equal(view.result?.testAccuracy, 0.75);
    assert.equal(view.result?.version, 1);
    const made = view.stages.filter(({ state }) => state !== "skipped");
    assert.deepEqual(
      Object.fromEntries(made.map(({ name, artifact }) => [name, artifact])),
      view.result?.artifacts,
    );
    assert.equal(view.failure, undefined);
    assert.ok(view.closedAt !== undefined && view.closedAt >= view.startedAt);
    assert.ok(made.every(({ seconds }) => seconds !== undefined && seconds >= 0));
  });
});

describe("a completed run", () => {
  test("is found by its model, by a version and by the beginning of its id", async () => {
    const { runId } = await getRun(session, "latest");
    assert.equal((await resolveModel(session.store, "small")).runId, runId);
    assert.equal((await resolveModel(session.store, "small@1")).runId, runId);
    assert.equal((await resolveRunRecord(session.store, runId.slice(0, -2))).runId, runId);
    assert.equal(await resolveRunId(session, runId.slice(0, -2)), runId);
    await assert.rejects(resolveModel(session.store, "small@7"), {
      code: "NOT_FOUND",
      hint: "small has version 1 only",
    });
    await assert.rejects(resolveModel(session.store, "smell"), {
      code: "NOT_FOUND",
      hint: /did you mean small\?/,
    });
    await assert.rejects(getRun(session, ""), { code: "NOT_FOUND" });
    await assert.rejects(getRun(session, "x".repeat(2000)), { code: "NOT_FOUND" });
    await assert.rejects(getRun(session, "nothing-like-it"), { code: "NOT_FOUND", hint: new RegExp(runId) });
  });

  test("gives its files, checked", async () => {
    const run = await resolveRunRecord(session.store, "small");
    const files = await listFiles(session.store, run);
    assert.deepEqual(
      files.find(({ stage }) => stage === "head")?.files.map(({ name }) => name),
      ["weights.safetensors"],
    );
    const out = join(folder, "out", "head.bin");
    const progress: number[] = [];
    const written = await getArtifact(session.store, run, "head/weights.safetensors", out, ({ doneBytes }) =>
      progress.push(doneBytes),
    );
    assert.deepEqual(written, [out]);
    assert.equal(await readFile(out, "utf8"), "head of seed 1");
    assert.deepEqual(progress, [0, "head of seed 1".length]);
    const [inFolder = ""] = await getArtifact(
      session.store,
      run,
      "tune-1",
      join(folder, "out"),
      () => undefined,
    );
    assert.equal(await readFile(inFolder, "utf8"), "tune-1 of seed 1");
    assert.equal((await readReport(session.store, run)).toString(), "report of seed 1");
    await assert.rejects(
      getArtifact(session.store, run, "hed", out, () => undefined),
      {
        code: "NOT_FOUND",
        hint: /ingest, features, recipe, head/,
      },
    );
    await assert.rejects(readReport(session.store, run, "json"), { code: "NOT_FOUND" });
  });

  test("makes the plan of the same file all reuse; a change runs what depends on it and says why", async () => {
    const same = await planRun(session, runFile(1), { dataPath }, ENGINE);
    const leftOut = same.filter(({ action }) => action === "skip");
    assert.deepEqual(
      leftOut.map(({ name, why }) => [name, why]),
      [["fold-3", "class b has no more"]],
    );
    const others = same.filter(({ name }) => name !== "fold-3");
    assert.deepEqual(new Set(others.map(({ action }) => action)), new Set(["reuse"]));
    const { result } = await getRun(session, "latest");
    assert.deepEqual(
      Object.fromEntries(others.map(({ name, artifact }) => [name, artifact])),
      result?.artifacts,
    );
    const changed = await planRun(session, runFile(1, "head.dropout=0.5"), { dataPath }, ENGINE);
    assert.deepEqual(changed.map(({ name, action, why }) => [name, action, why]).slice(1, 5), [
      ["features", "reuse", `the artifact ${same[1]?.artifact?.digest.slice(0, 12)} is in the store`],
      ["recipe", "reuse", `the artifact ${same[2]?.artifact?.digest.slice(0, 12)} is in the store`],
      ["head", "run", `the nearest artifact has \`dropout\` ${runFile(1).head.dropout} instead of 0.5`],
      ["tune-1", "run", "its input `head` will be made anew"],
    ]);
    const dropped = changed.filter(({ kind }) => kind === "fold").map(({ action }) => action);
    assert.deepEqual(dropped, ["run", "run", "skip"], "a fold depends on the head's parameters");
    const undecided = await planRun(session, runFile(1, "evaluation.folds=2"), { dataPath }, ENGINE);
    assert.deepEqual(
      undecided.flatMap(({ name, action, why }) => (name.startsWith("fold-") ? [[name, action, why]] : [])),
      ["fold-1", "fold-2"].map((name) => [
        name,
        "maybe",
        "the recipe decides on the folds once the images are read: how many, and how much is unfrozen in them",
      ]),
    );
    const elsewhere = await planRun(session, runFile(1), { dataPath }, "another engine");
    assert.deepEqual(
      elsewhere.slice(0, 2).map(({ action, why }) => [action, why]),
      [
        ["reuse", `the artifact ${same[0]?.artifact?.digest.slice(0, 12)} is in the store`],
        ["run", "the artifact for these parameters was made with another TensorFlow build or device"],
      ],
    );
  });

  test("run again is all cached, as the plan said", async () => {
    const { runId } = await startRun(session, { file: runFile(1), dataPath });
    const view = await watchUntil(session, runId, isClosed);
    const { "fold-3": third, ...others } = states(view);
    assert.equal(third, "skipped");
    assert.deepEqual(new Set(Object.values(others)), new Set(["cached"]));
  });
});

describe("a running run", () => {
  let runId: string;
  before(async () => {
    ({ runId } = await startRun(session, { file: runFile(GATED), dataPath }));
  });

  test("shows the live progress of its activity", async () => {
    const view = await watchUntil(session, runId, ({ stages }) =>
      stages.some(({ progress }) => progress?.step === 3),
    );
    const head = view.stages.find(({ name }) => name === "head");
    assert.equal(head?.state, "running");
    assert.equal(head?.attempt, 1);
    assert.deepEqual(head?.progress, { phase: "epoch 1/60", step: 3, total: 60, loss: 0.25 });
    assert.equal(view.noWorker, undefined);
    assert.equal(states(view).features, "done");
    assert.equal(states(view)["tune-1"], "waiting");
  });

  test("tells the same by its history as by its query", async () => {
    const handle = session.temporal.workflow.getHandle(runId);
    // The clocks differ, and how long a stage waited only the history tells.
    const timeless = (stages: RunState["stages"]): unknown =>
      stages.map(({ seconds: _seconds, waited: _waited, ...stage }) => stage);
    const state = await handle.query<RunState>(RUN_STATE_QUERY);
    assert.deepEqual(timeless((await fetchHistory(session, runId)).stages), timeless(state.stages));
  });

  test("is listed with the others, newest first", async () => {
    const { runs } = await listRuns(session, { limit: 10 });
    assert.deepEqual(
      runs.map(({ status, testAccuracy }) => [status, testAccuracy]),
      [
        ["running", undefined],
        ["completed", 0.75],
        ["completed", 0.75],
      ],
    );
    assert.equal(runs[0]?.runId, runId);
    assert.equal((await listRuns(session, { limit: 2 })).runs.length, 2);
    assert.equal((await listRuns(session, { limit: 10, model: "small" })).runs.length, 3);
    // An empty list would look like an answer about a model whose name was misspelt.
    const { code, hint } = await refusalOf(listRuns(session, { limit: 10, model: "smal" }));
    assert.deepEqual([code, hint], ["NOT_FOUND", "did you mean small? models: small"]);
  });

  test("ends when it is cancelled, and says so", async () => {
    assert.equal(await cancelRun(session, runId), "requested");
    const view = await watchUntil(session, runId, isClosed);
    assert.equal(view.status, "cancelled");
    assert.equal(view.failure?.code, "RUN_CANCELLED");
    assert.equal(states(view).head, "cancelled");
    assert.equal(states(view)["tune-1"], "not-run");
    assert.equal(await cancelRun(session, runId), "already-closed");
  });
});

test("a failed run names its code, its stage and what to do", async () => {
  const { runId } = await startRun(session, { file: runFile(BROKEN), dataPath });
  const view = await watchUntil(session, runId, isClosed);
  assert.equal(view.status, "failed");
  assert.deepEqual(view.failure, {
    code: "TRAINING_DIVERGED",
    message: "the loss is not a number",
    hint: "lower head.learning_rate",
    stage: "head",
  });
  assert.equal(view.stages.find(({ name }) => name === "head")?.note, "the loss is not a number");
  assert.equal(states(view).head, "failed");
  assert.deepEqual(
    view.stages
      .filter(({ name }) => name === "tune-1" || name === "report")
      .map(({ state, note }) => [state, note]),
    [1, 2].map(() => ["not-run", "head failed"]),
  );
});

test("watching ends without an error when it is aborted", async () => {
  const controller = new AbortController();
  const { runId } = await startRun(session, { file: runFile(GATED, "head.dropout=0.3"), dataPath });
  const seen: string[] = [];
  for await (const { status } of watchRun(session, runId, { signal: controller.signal })) {
    seen.push(status);
    controller.abort();
  }
  assert.deepEqual(seen, ["running"]);
  await session.temporal.workflow.getHandle(runId).terminate("enough");
  const { status, failure } = await getRun(session, runId);
  assert.equal(status, "terminated");
  assert.equal(failure?.message, "the run was terminated in Temporal: enough");
});

test("a run that Temporal has forgotten is remembered by the store", async () => {
  const run = await resolveRunRecord(session.store, "small");
  const { connection } = session.temporal;
  await connection.workflowService.deleteWorkflowExecution({
    namespace: session.platform.temporal.namespace,
    workflowExecution: { workflowId: run.runId },
  });
  for (let known = true; known; await sleep(100)) {
    known = await session.temporal.workflow
      .getHandle(run.runId)
      .describe()
      .then(
        () => true,
        () => false,
      );
  }
  const view = await getRun(session, run.runId);
  assert.equal(view.status, "completed");
  assert.deepEqual(view.result, run);
  const listed = (await listRuns(session, { limit: 100 })).runs.filter(({ runId }) => runId === run.runId);
  assert.deepEqual(
    listed.map(({ model, status, testAccuracy }) => ({ model, status, testAccuracy })),
    [{ model: "small", status: "completed", testAccuracy: 0.75 }],
  );
});

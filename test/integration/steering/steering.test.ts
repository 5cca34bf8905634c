/** Steering against a real Temporal server, a real S3 server and the real workflow; stand-ins train. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { cancelRun } from "../../../client/runs/cancel.js";
import { listRuns } from "../../../client/runs/list.js";
import { planResume } from "../../../client/runs/resume.js";
import { startRun } from "../../../client/runs/start.js";
import { steerRun, untilSettled } from "../../../client/runs/steer.js";
import { getRun, type RunView } from "../../../client/runs/watch.js";
import type { Session } from "../../../client/session.js";
import type { SteerCommand, SteerRecord } from "../../../spec/steering/steering.js";
import { readRun } from "../../../store/records/records.js";
import { sharedServices } from "../../support/services/sharedStack.js";
import { type StandInRuns, smallRunFile, standInRunsOn } from "../../support/services/standInRuns.js";
import { ENGINE } from "../../support/services/standIns.js";
import { watchToEnd, watchUntil } from "../../support/watch.js";
import { heard, held, STEPS_PER_EPOCH, steps, summaries, work } from "./steeredStages.js";

let stack: StandInRuns;
let dataPath: string;
let session: Session;
let stopWorkers: () => Promise<void> = async () => undefined;

before(async () => {
  stack = await standInRunsOn(await sharedServices());
  ({ session, dataPath } = stack);
  stopWorkers = await stack.startWorkers({ work, summaries });
});

after(async () => {
  held.clear();
  await stopWorkers();
  await stack.close();
});

const runFile = smallRunFile(0);

const stateOf = ({ stages }: RunView, name: string): string | undefined =>
  stages.find((stage) => stage.name === name)?.state;
const isIn = (name: string, state: string) => (view: RunView) => stateOf(view, name) === state;
/** Its activity has begun, and has polled for commands. */
const isTraining = (name: string) => (view: RunView) =>
  view.stages.some((stage) => stage.name === name && (stage.progress?.step ?? 0) > 0);

/** Steps of the stage before a command took effect. */
function stepsBefore(record: SteerRecord | undefined): number {
  const { epoch = 1, step = 1 } = record?.applied ?? {};
  return (epoch - 1) * STEPS_PER_EPOCH + step - 1;
}

async function give(runId: string, command: SteerCommand): Promise<SteerRecord> {
  const steered = await steerRun(session, runId, command);
  assert.equal(steered.runId, runId);
  return untilSettled(session, steered, AbortSignal.timeout(30_000));
}

describe("a run that is steered", () => {
  let runId: string;
  before(async () => {
    for (const stage of ["features", "head", "tune-1"]) held.add(stage);
    ({ runId } = await startRun(session, { file: runFile(1), dataPath }));
    await watchUntil(session, runId, isIn("features", "running"));
  });
  after(() => held.clear());

  test("refuses what makes no sense now, and says why", async () => {
    await assert.rejects(steerRun(session, runId, { kind: "set", learningRate: 0.5 }), {
      code: "STEERING_REFUSED",
      message: /^features is at work, which is not to be steered/,
      hint: /thaw watch/,
    });
    await assert.rejects(steerRun(session, runId, { kind: "unpause" }), {
      code: "STEERING_REFUSED",
      message: "the run is not paused",
    });
    await assert.rejects(steerRun(session, "no-such-run", { kind: "pause" }), { code: "NOT_FOUND" });
    const handle = session.temporal.workflow.getHandle(runId);
    for (const nonsense of [{}, { command: { kind: "pause" } }, { command: { kind: "dance" }, by: "x@y" }])
      await assert.rejects(handle.executeUpdate("steer", { args: [nonsense] }));
    assert.equal((await getRun(session, runId)).control, undefined, "what is refused leaves nothing");
  });

  test("pauses a stage that has no batches, shows since when and by whom, and goes on", async () => {
    const pause = await give(runId, { kind: "pause" });
    assert.equal(pause.state, "applied");
    assert.equal(pause.applied?.stage, "features");
    const view = await watchUntil(session, runId, isIn("features", "paused"));
    assert.deepEqual(view.control?.paused, { since: pause.at, by: pause.by });
    assert.equal(
      view.stages.find(({ name }) => name === "features")?.note,
      `since ${pause.at} by ${pause.by}`,
    );
    const [listed] = (await listRuns(session, { limit: 1 })).runs;
    assert.deepEqual(listed?.paused, { since: pause.at, by: pause.by });
    await assert.rejects(steerRun(session, runId, { kind: "pause" }), {
      code: "STEERING_REFUSED",
      message: `the run is paused already, since ${pause.at} by ${pause.by}`,
    });
    const description = await session.temporal.workflow.getHandle(runId).describe();
    assert.deepEqual(description.raw.pendingActivities ?? [], [], "nothing holds the accelerator");
    held.delete("features");
    assert.equal((await give(runId, { kind: "unpause" })).state, "applied");
    const going = await watchUntil(session, runId, isTraining("head"));
    assert.equal(stateOf(going, "features"), "done");
    const { paused = 0 } = going.stages.find(({ name }) => name === "features") ?? {};
    assert.ok(paused > 0, "the pause is told beside the stage's time");
    assert.equal(going.control?.paused, undefined);
    assert.equal((await listRuns(session, { limit: 1 })).runs[0]?.paused, undefined);
  });

  test("takes new values at a batch, and tells at which", async () => {
    const record = await give(runId, { kind: "set", learningRate: 0.5, patience: 5 });
    assert.equal(record.state, "applied");
    assert.equal(record.stage, "head");
    assert.equal(record.applied?.stage, "head");
    const done = stepsBefore(record);
    assert.ok(done > 0 && done <= (steps.get(`${runId}/head`) ?? 0), `${done}`);
    assert.deepEqual(heard.at(-1), { kind: "set", seq: record.seq, learningRate: 0.5, patience: 5 });
    for (const command of [
      { kind: "set", learningRate: 100 },
      { kind: "set", epochs: 0 },
      { kind: "set", patience: 1.5 },
      { kind: "set" },
    ] as const)
      await assert.rejects(steerRun(session, runId, command), { code: "STEERING_REFUSED" });
  });

  test("ends a stage early and goes on with the next one", async () => {
    const record = await give(runId, { kind: "finish" });
    assert.equal(record.applied?.stage, "head");
    const view = await watchUntil(session, runId, isTraining("tune-1"));
    assert.equal(stateOf(view, "head"), "done");
  });

  test("stays paused while all workers are replaced, takes values meanwhile, and goes on where it was", async () => {
    const pause = await give(runId, { kind: "pause" });
    const done = stepsBefore(pause);
    assert.equal(steps.get(`${runId}/tune-1`), done);
    const { epoch, step } = pause.applied ?? {};
    const paused = await watchUntil(session, runId, isIn("tune-1", "paused"));
    assert.equal(
      paused.stages.find(({ name }) => name === "tune-1")?.note,
      `at epoch ${epoch}, step ${step}, since ${pause.at} by ${pause.by}`,
    );
    await stopWorkers();
    const without = await getRun(session, runId);
    assert.equal(stateOf(without, "tune-1"), "paused", "the history tells it where no worker can");
    assert.deepEqual(without.control?.paused, { since: pause.at, by: pause.by });
    stopWorkers = await stack.startWorkers({ work, summaries });
    await watchUntil(session, runId, isIn("tune-1", "paused"));
    const set = await give(runId, { kind: "set", epochs: 3 });
    assert.equal(set.state, "accepted", "nothing can take it before the run goes on");
    await give(runId, { kind: "unpause" });
    const view = await watchUntil(
      session,
      runId,
      ({ control }) => control?.commands.at(-2)?.state === "applied",
    );
    assert.ok(stepsBefore(view.control?.commands.at(-2)) > done);
  });

  test("keeps all of it in its record", async () => {
    await give(runId, { kind: "finish" });
    const view = await watchToEnd(session, runId);
    assert.equal(view.status, "completed", JSON.stringify(view));
    const record = await readRun(session.store, runId);
    assert.deepEqual(
      record?.steering?.map(({ command, stage, state, applied }) => [
        command.kind,
        stage,
        state,
        applied?.stage,
      ]),
      [
        ["pause", "features", "applied", "features"],
        ["unpause", "features", "applied", "features"],
        ["set", "head", "applied", "head"],
        ["finish", "head", "applied", "head"],
        ["pause", "tune-1", "applied", "tune-1"],
        ["set", "tune-1", "applied", "tune-1"],
        ["unpause", "tune-1", "applied", "tune-1"],
        ["finish", "tune-1", "applied", "tune-1"],
      ],
    );
    assert.ok(record?.steering?.every(({ by, at }) => /.+@.+/.test(by) && !Number.isNaN(Date.parse(at))));
    assert.deepEqual(view.control?.commands, record?.steering);
    await assert.rejects(steerRun(session, runId, { kind: "pause" }), {
      code: "STEERING_REFUSED",
      hint: `\`thaw resume ${runId}\` starts a run that goes on from it`,
    });
  });
});

test("a command that comes too late is said to be missed", async () => {
  held.add("head");
  const { runId } = await startRun(session, { file: runFile(2), dataPath });
  await watchUntil(session, runId, isTraining("head"));
  // The stage ends before it looks for commands again.
  held.delete("head");
  const steered = await steerRun(session, runId, { kind: "set", patience: 2 }).catch(
    (error: unknown) => error,
  );
  const view = await watchToEnd(session, runId);
  assert.equal(view.status, "completed");
  if (steered instanceof Error) assert.match(steered.message, /not to be steered/);
  else
    assert.deepEqual(
      view.control?.commands.map(({ state }) => state),
      ["missed"],
    );
});

test("a pause that is lifted before the stage notices it does no harm", async () => {
  held.add("head");
  const { runId } = await startRun(session, { file: runFile(3), dataPath });
  await watchUntil(session, runId, isTraining("head"));
  await Promise.all([
    steerRun(session, runId, { kind: "pause" }),
    steerRun(session, runId, { kind: "unpause" }).catch(() => steerRun(session, runId, { kind: "unpause" })),
  ]);
  const view = await getRun(session, runId);
  assert.equal(view.control?.paused, undefined);
  // As many as the server takes at once: each is numbered and none is lost.
  const crowd = await Promise.all(
    [1, 2, 3, 4, 5, 6].map((patience) => steerRun(session, runId, { kind: "set", patience })),
  );
  assert.equal(new Set(crowd.map(({ record }) => record.seq)).size, crowd.length);
  const set = await give(runId, { kind: "set", learningRate: 2 });
  assert.equal(set.state, "applied");
  held.delete("head");
  assert.equal((await watchToEnd(session, runId)).status, "completed");
});

describe("a run that goes on from another", () => {
  let first: string;
  const options = { overrides: [], engineFingerprint: ENGINE };
  const actions = (stages: readonly { name: string; action: string }[]): unknown =>
    stages.map(({ name, action }) => [name, action]);

  test("is not started while that one runs, also not while it is paused; a paused one can be cancelled", async () => {
    held.add("tune-1");
    ({ runId: first } = await startRun(session, { file: runFile(4), dataPath }));
    await watchUntil(session, first, isTraining("tune-1"));
    await give(first, { kind: "pause" });
    await assert.rejects(planResume(session, first, options), { code: "USAGE", hint: /thaw unpause/ });
    await cancelRun(session, first);
    const view = await watchToEnd(session, first);
    assert.equal(view.status, "cancelled");
    assert.equal(stateOf(view, "tune-1"), "cancelled");
  });

  test("reuses what matches, says why the rest runs, and knows where it comes from", async () => {
    held.clear();
    const { request, stages, resumedFrom } = await planResume(session, first, options);
    assert.equal(resumedFrom, first);
    assert.deepEqual(actions(stages), [
      ["ingest", "reuse"],
      ["features", "reuse"],
      ["recipe", "reuse"],
      ["head", "reuse"],
      ["tune-1", "run"],
      ["evaluate", "run"],
      ["register", "run"],
      ["report", "run"],
    ]);
    assert.ok(stages.every(({ why }) => why.length > 0));
    const { runId } = await startRun(session, request);
    const view = await watchToEnd(session, runId);
    assert.equal(view.status, "completed", JSON.stringify(view));
    assert.equal(view.resumedFrom, first);
    assert.equal((await readRun(session.store, runId))?.resumedFrom, first);
    assert.equal((await readRun(session.store, runId))?.lineage, first, "what goes on shares an id");
    assert.deepEqual(
      view.stages.map(({ name, state }) => [name, state]),
      stages.map(({ name, action }) => [name, action === "reuse" ? "cached" : "done"]),
    );
  });

  test("takes other values: only what depends on them runs", async () => {
    const { stages } = await planResume(session, first, { ...options, overrides: ["head.dropout=0.5"] });
    assert.deepEqual(
      stages.slice(0, 5).map(({ action }) => action),
      ["reuse", "reuse", "reuse", "run", "run"],
    );
    await assert.rejects(planResume(session, first, { ...options, overrides: ["head.dropuot=0.5"] }), {
      code: "RUN_FILE_INVALID",
    });
  });

  test("makes a stage and those after it anew under keys of its own; what there was stays", async () => {
    await assert.rejects(planResume(session, first, { ...options, from: "tun-1" }), {
      code: "USAGE",
      hint: "did you mean tune-1?",
    });
    const done = await getRun(session, "latest");
    const { request, stages } = await planResume(session, first, { ...options, from: "tune-1" });
    assert.deepEqual(
      stages.filter(({ action }) => action === "run").map(({ name }) => name),
      ["tune-1", "evaluate", "register", "report"],
    );
    assert.equal(stages.find(({ name }) => name === "tune-1")?.why, "--from tune-1 asks for it");
    const { runId } = await startRun(session, request);
    const view = await watchToEnd(session, runId);
    assert.equal(view.status, "completed", JSON.stringify(view));
    const [before, now] = [done.result?.artifacts, view.result?.artifacts];
    assert.deepEqual(now?.head, before?.head);
    assert.notEqual(now?.["tune-1"]?.key, before?.["tune-1"]?.key);
    assert.equal(stateOf(view, "tune-1"), "done");
    // Without --from the artifact of before is found, not that of the run that made its own.
    const again = await planResume(session, first, options);
    assert.deepEqual(again.stages.find(({ name }) => name === "tune-1")?.artifact, before?.["tune-1"]);
  });
});

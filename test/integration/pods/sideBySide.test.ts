/** Stages side by side, each in a pod of its own: the real workflow, with workers in the pods' place. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { ApplicationFailure, Context } from "@temporalio/activity";
import type { ControlDependencies } from "../../../activities/context.js";
import { parseRunFile } from "../../../client/runFile/parse.js";
import { startRun } from "../../../client/runs/start.js";
import { steerRun } from "../../../client/runs/steer.js";
import { getRun, type RunView } from "../../../client/runs/watch.js";
import type { Session } from "../../../client/session.js";
import type { StageRequest } from "../../../spec/pipeline/activities.js";
import { readRun } from "../../../store/records/records.js";
import { smallImageSet } from "../../support/images/images.js";
import { podStandIns } from "../../support/services/podStandIns.js";
import { sharedServices } from "../../support/services/sharedStack.js";
import {
  type MadeUpShards,
  meeting,
  SUMMARIES,
  shardStandIns,
  stoppingForPause,
  untilCancelled,
} from "../../support/services/sideBySideStandIns.js";
import type { Stack } from "../../support/services/stack.js";
import { startStandIns } from "../../support/services/standIns.js";
import { until } from "../../support/until.js";
import { stateOf, watchToEnd, watchUntil } from "../../support/watch.js";

const RUN_FILE = `
name: beside
data: { path: images }
unfreeze: { stages: [blocks.6] }
evaluation: { folds: 3 }
compute: kubernetes
`;

let shards: MadeUpShards | undefined;

/** Pods that come (+) and go (-). */
let pods: string[] = [];
let atWork = new Set<string>();
let mostAtWork = 0;
/** Begun, in order. */
let begun: string[] = [];
/** What a stage does, by its name; the others end at once. */
let waits: Readonly<Record<string, () => Promise<void>>> = {};
/** Pods that no node has room for. */
let noRoom: ReadonlySet<string> = new Set();
let refused: ReadonlySet<string> = new Set();
/** How long room is waited for. */
let patience: () => Promise<void> = async () => undefined;

async function beginning(name: string, does: () => Promise<void> | undefined): Promise<void> {
  begun.push(name);
  atWork.add(name);
  mostAtWork = Math.max(mostAtWork, atWork.size);
  try {
    await does();
  } finally {
    atWork.delete(name);
  }
}

const work = (_dependencies: ControlDependencies, { stage }: StageRequest): Promise<void> =>
  beginning(stage.name, async () => waits[stage.name]?.());

/** Stays at work until all of these have been at work together. */
const meet = (...names: string[]) => meeting(names, () => atWork);

let stack: Stack;
let dataPath: string;
let session: Session;
let stopWorkers: () => Promise<void> = async () => undefined;

before(async () => {
  stack = await sharedServices();
  ({ session } = stack);
  dataPath = await smallImageSet(join(stack.folder, "images"), 4);
  const standIns = podStandIns(
    (event) => pods.push(event),
    (pod) => (refused.has(pod) ? "refused" : !noRoom.has(pod)),
    () => patience(),
  );
  stopWorkers = await startStandIns(session, stack.folder, {
    ...{ work, summaries: SUMMARIES, pods: standIns },
    shards: shardStandIns(() => shards, beginning),
  });
});

after(async () => {
  await stopWorkers();
  await stack.close();
});

beforeEach(() => {
  pods = [];
  begun = [];
  atWork = new Set();
  mostAtWork = 0;
  waits = {};
  noRoom = new Set();
  refused = new Set();
  patience = async () => undefined;
  shards = undefined;
});

async function start(...set: string[]): Promise<string> {
  const file = parseRunFile(RUN_FILE, "thaw.yaml", set);
  return (await startRun(session, { file, dataPath })).runId;
}

async function completed(...set: string[]): Promise<RunView> {
  const view = await ended(await start(...set));
  assert.equal(view.status, "completed", JSON.stringify(view));
  return view;
}

/** Once each: who asks for it again is told of it again. */
const gone = (): readonly string[] => [...new Set(pods.filter((event) => event.startsWith("-")))];

const ended = (runId: string): Promise<RunView> => watchToEnd(session, runId);

test("stages that may run side by side do, each in a pod, and make what they make one after the other", async () => {
  waits = meet("head", "fold-1", "fold-2");
  const runId = await start("parallel=3", "seed=1");
  await until("three are at work", async () => mostAtWork === 3);
  const view = await ended(runId);
  assert.equal(view.status, "completed", JSON.stringify(view));
  assert.equal(mostAtWork, 3);
  // The first is the run's own; the others come when they are needed, and go when they are not.
  assert.deepEqual(pods.slice(0, 3).toSorted(), ["+run", "+run/2", "+run/3"]);
  assert.deepEqual(gone().toSorted(), ["-run", "-run/2", "-run/3"]);
  const made = (await readRun(session.store, runId))?.artifacts;

  const again = await start("seed=1", "parallel=1");
  const other = await ended(again);
  assert.equal(other.status, "completed");
  const reused = (await readRun(session.store, again))?.artifacts ?? {};
  for (const [stage, artifact] of Object.entries(reused))
    if (stage !== "report") assert.deepEqual(made?.[stage], artifact, stage);
  assert.ok(Object.keys(reused).includes("fold-3"));
});

test("one stage that fails ends the others; what was at work says that it was cancelled", async () => {
  waits = {
    ...meet("head", "fold-1"),
    "fold-2": async () => {
      await until("the head and a fold are at work", async () => atWork.has("fold-1"));
      throw ApplicationFailure.create({ message: "it is broken", type: "USAGE", nonRetryable: true });
    },
    "fold-1": untilCancelled,
    head: untilCancelled,
  };
  const view = await ended(await start("parallel=3", "seed=2"));
  assert.equal(view.status, "failed");
  assert.match(view.failure?.message ?? "", /it is broken/);
  assert.equal(stateOf(view, "fold-2"), "failed");
  assert.equal(stateOf(view, "fold-1"), "cancelled");
  assert.equal(stateOf(view, "head"), "cancelled");
  await until(
    "all pods are removed",
    async () => gone().length === 3,
    () => pods,
  );
});

const stopsForPause = stoppingForPause(
  () => begun,
  () => atWork,
  () => session,
);

test("a run that is paused holds all that are at work, and lets them go on together", async () => {
  const paused = stopsForPause("head", "fold-1");
  waits = { head: paused, "fold-1": paused };
  const runId = await start("parallel=2", "seed=3");
  await until("two are at work", async () => mostAtWork === 2);
  await steerRun(session, runId, { kind: "pause" });
  await until("both are held", async () => {
    const view = await getRun(session, runId);
    return stateOf(view, "head") === "paused" && stateOf(view, "fold-1") === "paused";
  });
  await until(
    "their pods are gone",
    async () => gone().length >= 2,
    () => pods,
  );
  await steerRun(session, runId, { kind: "unpause" });
  const view = await ended(runId);
  assert.equal(view.status, "completed", JSON.stringify(view));
  assert.equal(begun.filter((name) => name === "head").length, 2);
});

test("where there is room for fewer pods than the run may have, it goes on with those that there are", async () => {
  noRoom = new Set(["run/2"]);
  waits = meet("head", "fold-2");
  const view = await completed("parallel=3", "seed=4");
  assert.equal(mostAtWork, 2);
  assert.ok(!pods.includes("+run/2"));
  for (const fold of ["fold-1", "fold-2", "fold-3"]) assert.equal(stateOf(view, fold), "done");
});

test("a run whose only pod is not started fails", async () => {
  noRoom = new Set(["run"]);
  const view = await ended(await start("parallel=3", "seed=5"));
  assert.equal(view.status, "failed");
  assert.match(view.failure?.message ?? "", /no node/);
});

test("a run that is cancelled takes all its pods along", async () => {
  waits = { head: untilCancelled, "fold-1": untilCancelled };
  const runId = await start("parallel=2", "seed=6");
  await until("two are at work", async () => mostAtWork === 2);
  await session.temporal.workflow.getHandle(runId).cancel();
  assert.equal((await ended(runId)).status, "cancelled");
  await until(
    "both pods are removed",
    async () => gone().length === 2,
    () => pods,
  );
});

test("while a run is paused what ends keeps no pod, whoever is held beside it", async () => {
  const beside = ["head", "fold-1", "fold-2", "fold-3"];
  const paused = stopsForPause(...beside);
  const held = ["head", "fold-1", "fold-2"];
  waits = {
    ...Object.fromEntries(held.map((name) => [name, paused])),
    // It is storing its artifact already.
    "fold-3": async () => {
      const runId = Context.current().info.workflowExecution?.workflowId ?? "";
      await until("the others are held", async () => {
        Context.current().heartbeat();
        const view = await getRun(session, runId);
        return held.every((name) => stateOf(view, name) === "paused");
      });
    },
  };
  const runId = await start("parallel=4", "seed=7");
  await until("four are at work", async () => mostAtWork === 4);
  await steerRun(session, runId, { kind: "pause" });
  await until("the fourth is done", async () => stateOf(await getRun(session, runId), "fold-3") === "done");
  await until(
    "all pods are gone",
    async () => gone().length === 4,
    () => pods,
  );
  await steerRun(session, runId, { kind: "unpause" });
  const view = await ended(runId);
  assert.equal(view.status, "completed", JSON.stringify(view));
});

test("a pod that does not come while the run is paused is asked for again when it goes on", async () => {
  noRoom = new Set(["run/2"]);
  // Whichever is looked up first has the room.
  waits = { head: stopsForPause(), "fold-1": stopsForPause() };
  const runId = await start("parallel=2", "seed=8");
  patience = async () => {
    await until("the first one's pod is gone", async () => pods.includes("-run"));
  };
  await until("one of the two is at work", async () => atWork.size === 1 && begun.length === 4);
  const [other] = ["head", "fold-1"].filter((name) => !atWork.has(name));
  await steerRun(session, runId, { kind: "pause" });
  await until("both are held", async () => {
    const view = await getRun(session, runId);
    assert.equal(view.status, "running", JSON.stringify(view.failure));
    return stateOf(view, "head") === "paused" && stateOf(view, "fold-1") === "paused";
  });
  assert.ok(!begun.includes(other ?? ""), JSON.stringify(begun));
  noRoom = new Set();
  waits = {};
  await steerRun(session, runId, { kind: "unpause" });
  const view = await ended(runId);
  assert.equal(view.status, "completed", JSON.stringify(view));
});

test("a pod that got no room while another one had it is asked for again once that is gone", async () => {
  noRoom = new Set(["fold/2", "fold/3", "fold/4"]);
  let tries = 0;
  patience = async () => {
    tries += 1;
    await until("the other one is gone", async () => pods.includes("-run"));
    noRoom = new Set();
  };
  // With settings of their own, so that the pod that is there is none for them.
  await completed(
    ...["parallel=4", "seed=9"],
    "kubernetes={ stages: { fold: { resources: { memory: 9Gi } } } }",
  );
  assert.equal(tries, 3);
});

test("a stage, and a shard, whose pod no node has room for goes to the one that is free", async () => {
  noRoom = new Set(["run/2"]);
  // Nobody gives it up.
  patience = () => new Promise(() => undefined);
  shards = { count: 3, missing: [0, 1, 2], compute: async () => undefined };
  const view = await completed("parallel=2", "seed=18", "shards.images=2");
  assert.deepEqual(
    begun.filter((name) => name.startsWith("shard ")).toSorted(),
    [0, 1, 2].map((index) => `shard ${index}`),
  );
  for (const name of ["head", "fold-1", "fold-2", "fold-3"])
    assert.deepEqual([stateOf(view, name), begun.filter((one) => one === name).length], ["done", 1], name);
  assert.deepEqual(pods, ["+run", "-run"]);
});

test("a pod that no node had room for is asked for again while the others are at work", async () => {
  noRoom = new Set(["run/2"]);
  let tries = 0;
  patience = async () => {
    tries += 1;
    // Twice there is no room, whoever else runs; then there is.
    if (tries === 2) noRoom = new Set();
  };
  waits = meet("head", "fold-1");
  await completed("parallel=2", "seed=14", "kubernetes={ timeouts: { queue: 1s } }");
  assert.equal(tries, 2);
  assert.equal(mostAtWork, 2);
  assert.ok(pods.includes("+run/2"), JSON.stringify(pods));
});

test("a Job that a quota refuses is done without, while one of the same kind runs", async () => {
  refused = new Set(["run/2"]);
  await completed("parallel=2", "seed=10");
  refused = new Set(["run"]);
  const failed = await ended(await start("parallel=2", "seed=11"));
  assert.equal(failed.status, "failed");
  assert.match(failed.failure?.message ?? "", /exceeded quota/);
});

test("a pod that a stage needs at once stays, although another one's stages are to come later", async () => {
  waits = { ...meet("head", "fold-1", "fold-2"), ...meet("tune-1", "fold-3") };
  const view = await ended(
    await start("parallel=3", "seed=12", "kubernetes={ stages: { fold: { resources: { memory: 9Gi } } } }"),
  );
  assert.equal(view.status, "completed", JSON.stringify(view));
  const made = pods.filter((event) => event.startsWith("+fold"));
  assert.equal(made.length, 2, JSON.stringify(pods));
});

test("the run is found by a stage that is at work, whichever ended last", async () => {
  const stageOf = async (runId: string): Promise<unknown> =>
    (await session.temporal.workflow.getHandle(runId).describe()).searchAttributes.ThawStage?.[0];
  waits = {
    ...meet("fold-2", "fold-3"),
    "fold-2": async () => {
      const runId = Context.current().info.workflowExecution?.workflowId ?? "";
      await until("the third is done, and this is told", async () => {
        Context.current().heartbeat();
        const view = await getRun(session, runId);
        return stateOf(view, "fold-3") === "done" && (await stageOf(runId)) === "fold-2";
      });
    },
  };
  await completed("parallel=2", "seed=13");
});

test("shards that are missing are computed, as many at once as stages may be, before the features", async () => {
  const together = { ...meet("shard 1", "shard 2"), ...meet("shard 4", "shard 5") };
  shards = {
    count: 7,
    missing: [1, 2, 4, 5, 6],
    compute: async (index) => together[`shard ${index}`]?.(),
  };
  await completed("parallel=2", "seed=17", "shards.images=2");
  const order = begun.slice(begun.indexOf("ingest") + 1, begun.indexOf("features"));
  assert.deepEqual(
    order.toSorted(),
    [1, 2, 4, 5, 6].map((index) => `shard ${index}`),
  );
  assert.equal(mostAtWork, 2);
});

test("one line says how many shards are there; a run that is cancelled, and a shard that fails, end the others", async () => {
  const compute = async (index: number): Promise<void> => {
    if (index > 0) await untilCancelled();
  };
  shards = { count: 4, missing: [0, 2, 3], compute };
  const runId = await start("parallel=2", "seed=15", "shards.images=2");
  const view = await watchUntil(session, runId, ({ stages }) => {
    const { progress } = stages.find(({ name }) => name === "features") ?? {};
    return progress?.phase === "shards" && progress.step === 2 && atWork.size === 2;
  });
  assert.equal(view.stages.find(({ name }) => name === "features")?.progress?.total, 4);
  await session.temporal.workflow.getHandle(runId).cancel();
  const cancelled = await ended(runId);
  assert.equal(cancelled.status, "cancelled");
  assert.equal(stateOf(cancelled, "features"), "cancelled");
  assert.equal(atWork.size, 0);

  shards = {
    ...shards,
    compute: async (index) => {
      if (index === 0) return untilCancelled();
      await until("the other one is at work", async () => {
        Context.current().heartbeat();
        return atWork.has("shard 0");
      });
      throw ApplicationFailure.create({ message: "it is broken", type: "USAGE", nonRetryable: true });
    },
  };
  const failed = await ended(await start("parallel=2", "seed=16", "shards.images=2"));
  assert.equal(failed.status, "failed");
  assert.match(failed.failure?.message ?? "", /it is broken/);
  assert.equal(failed.failure?.stage, "features");
  assert.equal(stateOf(failed, "features"), "failed");
  assert.equal(atWork.size, 0);
});

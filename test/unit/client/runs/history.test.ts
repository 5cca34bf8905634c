/** The stages of a run out of the history of a real one. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { historyFromJSON } from "@temporalio/common/lib/proto-utils.js";
import { closeStages, readHistory } from "../../../../client/runs/history.js";

const recorded = (name: string) =>
  readHistory(
    historyFromJSON(
      JSON.parse(readFileSync(join(process.cwd(), "test", "fixtures", "histories", name), "utf8")),
    ),
  );

test("a stage that the recipe left out is skipped, with the reason", () => {
  const { stages } = recorded("recipe-one-stage.json");
  const byName = new Map(stages.map((stage) => [stage.name, stage]));
  assert.equal(byName.get("recipe")?.state, "done");
  assert.equal(byName.get("tune-1")?.state, "rolled-back");
  assert.equal(byName.get("tune-2")?.state, "skipped");
  assert.match(byName.get("tune-2")?.note ?? "", /^only the first stage of unfreezing: 140 images/);
  assert.deepEqual([byName.get("evaluate")?.state, byName.get("report")?.state], ["done", "done"]);
});

test("a run from before there were recipes waits for none", () => {
  const { stages } = recorded("all-stages.json");
  assert.ok(stages.every(({ name }) => name !== "recipe"));
  assert.deepEqual(
    stages.filter(({ state }) => state === "waiting"),
    [],
  );
});

test("folds that the recipe leaves out are skipped, with their own reason; runs from before there were folds have none", () => {
  const { stages } = recorded("folds-four-of-five.json");
  const folds = stages.filter(({ name }) => name.startsWith("fold-"));
  assert.deepEqual(
    folds.map(({ state }) => state),
    ["done", "done", "done", "done", "skipped"],
  );
  assert.match(folds.at(-1)?.note ?? "", /^4 folds, not 5: class Japanese_Cherry has no more to spread/);
  assert.match(stages.find(({ name }) => name === "tune-1")?.note ?? "", /^no fine-tuning/);
  for (const name of ["all-stages.json", "recipe-one-stage.json"])
    assert.ok(recorded(name).stages.every((stage) => !stage.name.startsWith("fold-")));
});

test("handing commands on is no stage, and a stage that was paused is done in the end", () => {
  const { stages } = recorded("paused-and-steered.json");
  assert.deepEqual(
    stages.map(({ name, state }) => [name, state]),
    ["ingest", "features", "recipe", "head", "tune-1", "evaluate", "register", "report"].map((name) => [
      name,
      "done",
    ]),
  );
  const history = JSON.parse(
    readFileSync(join(process.cwd(), "test", "fixtures", "histories", "paused-and-steered.json"), "utf8"),
  ) as { events: { activityTaskFailedEventAttributes?: unknown }[] };
  const paused = history.events.findIndex((event) => event.activityTaskFailedEventAttributes !== undefined);
  const until = readHistory(historyFromJSON({ events: history.events.slice(0, paused + 1) }));
  assert.equal(until.stages.find(({ name }) => name === "tune-1")?.state, "paused");
});

test("the time of a pause is not the stage's: it is told beside it", () => {
  const { stages } = recorded("paused-and-steered.json");
  const tuned = stages.find(({ name }) => name === "tune-1");
  assert.ok(tuned?.seconds !== undefined && tuned.paused !== undefined);
  // It stopped at 02:22:23.0 and was given out again at 02:22:55.0.
  assert.ok(Math.abs(tuned.paused - 31.961) < 0.01, `paused for ${tuned.paused} s`);
  assert.ok(tuned.seconds > 60 && tuned.seconds < 86, `took ${tuned.seconds} s`);
  assert.ok(stages.every(({ name, paused }) => name === "tune-1" || paused === undefined));
});

test("how long a stage waited for a worker is told apart from its work", () => {
  const { stages } = recorded("recipe-one-stage.json");
  for (const { name, state, seconds = 0, waited } of stages) {
    if (state !== "done") continue;
    assert.ok(waited !== undefined && waited >= 0 && waited < seconds, `${name}: ${waited} of ${seconds}`);
  }
});

/** The history as it was when the stage's own activity had ended, and had failed. */
function cutAt(name: string, stage: string): ReturnType<typeof readHistory> {
  const { events } = JSON.parse(
    readFileSync(join(process.cwd(), "test", "fixtures", "histories", name), "utf8"),
  ) as { events: Record<string, { activityId?: string; scheduledEventId?: string }>[] };
  const { eventId } = events.find(
    (event) => event.activityTaskScheduledEventAttributes?.activityId === stage,
  ) as {
    eventId?: unknown;
  };
  const index = events.findIndex(
    (event) => event.activityTaskCompletedEventAttributes?.scheduledEventId === eventId,
  );
  const { activityTaskCompletedEventAttributes: completed, ...event } = events[index] ?? {};
  const cut = [...events.slice(0, index), { ...event, eventType: "EVENT_TYPE_ACTIVITY_TASK_FAILED" }];
  const failed = { scheduledEventId: completed?.scheduledEventId, failure: { message: "no more" } };
  return readHistory(
    historyFromJSON({
      events: cut.map((one, at) =>
        at === index ? { ...one, activityTaskFailedEventAttributes: failed } : one,
      ),
    }),
  );
}

test("stages after one that failed are not run, those that the recipe left out stay left out", () => {
  const { stages } = cutAt("recipe-one-stage.json", "tune-1");
  assert.deepEqual(
    stages.slice(3).map(({ name, state, note }) => [name, state, note?.slice(0, 24)]),
    [
      ["head", "done", stages[3]?.note?.slice(0, 24)],
      ["tune-1", "failed", "no more"],
      ["tune-2", "skipped", "only the first stage of "],
      ["evaluate", "not-run", "tune-1 failed"],
      ["register", "not-run", "tune-1 failed"],
      ["report", "not-run", "tune-1 failed"],
    ],
  );
});

test("when a run has ended nothing of it waits or runs", () => {
  const stages = closeStages(
    [
      { name: "ingest", state: "done" },
      { name: "head", state: "running" },
      { name: "evaluate", state: "waiting" },
    ],
    "cancelled",
  );
  assert.deepEqual(
    stages.map(({ state }) => state),
    ["done", "cancelled", "not-run"],
  );
});

test("a run that has chosen between bases has the stages of the base that it chose", () => {
  const { stages } = recorded("two-bases.json");
  const ended = new Set(["done", "cached", "skipped"]);
  assert.deepEqual(
    stages.filter(({ state }) => !ended.has(state)),
    [],
  );
  assert.deepEqual(
    stages.slice(0, 7).map(({ name }) => name),
    ["ingest", "features-1", "recipe-1", "features-2", "recipe-2", "base", "features"],
  );
});

test("shards are parts of their stage: it runs until its own activity ends, and one that fails is what it failed with", () => {
  const scheduled = (eventId: number, activityId: string) => ({
    eventId,
    activityTaskScheduledEventAttributes: { activityId },
  });
  const ended = (kind: "Completed" | "Failed" | "Canceled", scheduledEventId: number, more = {}) => ({
    eventId: 100 + scheduledEventId,
    [`activityTask${kind}EventAttributes`]: { scheduledEventId, ...more },
  });
  const stateAfter = (...events: readonly unknown[]): string | undefined =>
    readHistory({ events } as Parameters<typeof readHistory>[0]).stages.find(
      ({ name }) => name === "features",
    )?.state;
  const begun = [
    scheduled(1, "features-shards"),
    ended("Completed", 1),
    scheduled(2, "features-shard-1"),
    scheduled(3, "features-shard-2"),
  ];
  assert.equal(stateAfter(...begun, ended("Completed", 2)), "running");
  const failed = ended("Failed", 2, { failure: { message: "it is broken" } });
  assert.equal(stateAfter(...begun, failed, ended("Canceled", 3)), "failed");
  const paused = ended("Failed", 2, { failure: { applicationFailureInfo: { type: "PAUSED" } } });
  assert.equal(stateAfter(...begun, paused, ended("Canceled", 3)), "paused");
  assert.equal(
    stateAfter(...begun, ended("Completed", 2), scheduled(4, "features"), ended("Completed", 4)),
    "done",
  );
});

/** Histories recorded from real runs must replay on today's workflow code. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { DefaultLogger, Runtime, Worker } from "@temporalio/worker";
import { currentBundle } from "../../support/services/currentBundle.js";

const FOLDER = join(process.cwd(), "test", "fixtures", "histories");

type Ended = { readonly scheduledEventId?: string };
type History = {
  events: {
    eventId?: string;
    eventType?: string;
    workflowExecutionStartedEventAttributes?: { workflowId?: string };
    activityTaskScheduledEventAttributes?: { activityId: string };
    activityTaskCompletedEventAttributes?: Ended;
    activityTaskFailedEventAttributes?: Ended;
    activityTaskCanceledEventAttributes?: Ended;
  }[];
};
const recorded = readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".json"),
);
const read = (name: string): History => JSON.parse(readFileSync(join(FOLDER, name), "utf8")) as History;

/** A workflow that asks for its own id goes another way under another one. */
const idOf = ({ events }: History): string | undefined =>
  events[0]?.workflowExecutionStartedEventAttributes?.workflowId;

let workflowBundle: { code: string };
let tracedBundle: { code: string };
let plain: Awaited<ReturnType<typeof replaysOn>>;
let traced: typeof plain;
before(async () => {
  Runtime.install({ logger: new DefaultLogger("ERROR") });
  workflowBundle = { code: await currentBundle() };
  tracedBundle = { code: await currentBundle("traced") };
  plain = await replaysOn(workflowBundle, [...recorded.map(read), changed(), read(recorded.at(-1) ?? "")]);
  traced = await replaysOn(tracedBundle, recorded.map(read));
});

test("the workflows' code has no library for parsing in it: a worker loads it at every start", () => {
  assert.match(workflowBundle.code, /node_modules\/@temporalio\/workflow/);
  assert.doesNotMatch(workflowBundle.code, /node_modules\/(zod|@opentelemetry)/);
  assert.doesNotMatch(tracedBundle.code, /node_modules\/zod/);
});

test("there are recorded histories", () => assert.ok(recorded.length > 0));

test("some of retrainings and of runs tell somebody, both ways of asking who it is", () => {
  const texts = recorded.map((name) => [name, readFileSync(join(FOLDER, name), "utf8")] as const);
  const telling = texts
    .filter(([, text]) => /"workflowType":\{"name":"notify"\}/.test(text))
    .map(([name]) => name);
  for (const name of [
    "models/retrain-scheduled-first-told.json",
    "models/retrain-scheduled-proven-told.json",
    "run-failed-and-told.json",
    "run-finished-told.json",
  ])
    assert.ok(telling.includes(name), name);
  const asked = texts.filter(([, text]) => text.includes('"activityId":"endpoints"')).map(([name]) => name);
  assert.ok(asked.includes("run-failed-and-told.json"));
  assert.ok(!asked.includes("run-finished-told.json"));
});

test("some of retrainings have pods for their questions, and one is of before there were any", () => {
  const isAsking = (name: string): boolean =>
    readFileSync(join(FOLDER, "questions", name), "utf8").includes('"workflowType":{"name":"podQuestion"}');
  assert.ok(isAsking("retrain-asked-in-pods.json"));
  assert.ok(!isAsking("retrain-not-asked.json"));
});

test("some of runs do two stages at once, one is held in both of them, and one waits for a pod beside the other", () => {
  for (const name of ["side-by-side.json", "side-by-side-paused.json", "side-by-side-room-later.json"])
    assert.ok(mostAtWork(read(name)) >= 2, name);
  const paused = readFileSync(join(FOLDER, "side-by-side-paused.json"), "utf8");
  assert.equal(paused.match(/"type":"PAUSED"/g)?.length, 2);
  const later = readFileSync(join(FOLDER, "side-by-side-room-later.json"), "utf8");
  assert.match(later, /"type":"POD_NOT_STARTED"/);
  const again = readFileSync(join(FOLDER, "side-by-side-lane-again.json"), "utf8");
  assert.equal(again.match(/"type":"POD_NOT_STARTED"/g)?.length, 2);
  assert.equal(again.match(/"EVENT_TYPE_TIMER_FIRED"/g)?.length, 2);
  const moved = read("side-by-side-moved.json").events;
  const given = moved.filter(
    (event) => event.activityTaskScheduledEventAttributes?.activityId === "features-shard-2",
  );
  assert.equal(given.length, 2);
});

/** Stages whose own activities are at work together. */
function mostAtWork({ events }: History): number {
  const open = new Set<string>();
  let most = 0;
  for (const event of events) {
    const id = event.activityTaskScheduledEventAttributes?.activityId ?? "";
    if (/^(head|tune-\d|fold-\d)$/.test(id)) open.add(event.eventId ?? "");
    const over =
      event.activityTaskCompletedEventAttributes ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskCanceledEventAttributes;
    open.delete(over?.scheduledEventId ?? "");
    most = Math.max(most, open.size);
  }
  return most;
}

/** How each replay ended, in order. One worker for all: to start one takes longer than to replay. */
async function replaysOn(
  { code }: { code: string },
  histories: readonly History[],
): Promise<readonly { readonly error?: Error }[]> {
  const named = histories.map((history) => ({ workflowId: idOf(history) ?? "fake", history }));
  const ends: { readonly error?: Error }[] = [];
  for await (const end of Worker.runReplayHistories({ workflowBundle: { code } }, named)) ends.push(end);
  return ends;
}

function requireReplayed(end: { readonly error?: Error } | undefined): void {
  assert.ok(end !== undefined, "it was not replayed");
  if (end.error !== undefined) throw end.error;
}

for (const [index, name] of recorded.entries()) {
  test(`${name} replays`, () => requireReplayed(plain[index]));
  test(`${name} replays on a worker that traces`, () => requireReplayed(traced[index]));
}

/** The first one, as another workflow would have made it. */
function changed(): History {
  const history = read(recorded[0] ?? "");
  for (const event of history.events) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled?.activityId === "find-head") scheduled.activityId = "find-tail";
  }
  return history;
}

test("a history that another workflow would have made is noticed, between others", () => {
  const [first, own, then, ...others] = plain.slice(recorded.length - 1);
  assert.equal(others.length, 0);
  requireReplayed(first);
  assert.throws(() => requireReplayed(own), /[Nn]ondeterminis/);
  requireReplayed(then);
});

/** Logs and explanations of real runs: one that waits, one that works, one that is all reused, one that fails. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openStageLog } from "../../../activities/log/stageLog.js";
import type { ExplainJson } from "../../../cli/json/explain.js";
import { getRun } from "../../../client/runs/watch.js";
import { status } from "../../../runtime/services/status.js";
import type { LogLine } from "../../../spec/log.js";
import { listLogChunks, readLogChunk, writeLogChunk } from "../../../store/records/logs.js";
import { type Outcome, thaw } from "../../support/cli/thaw.js";
import { drawnImages } from "../../support/images/drawn.js";
import { enginePid, isComputing, slowEngine, waitForStage } from "../../support/services/faults.js";
import { type Stack, startStack } from "../../support/services/stack.js";

const RUN_FILE = `
name: logged
base: tiny
data: { path: images }
recipe: extractor-only
augment: { views: 1 }
head: { epochs: 4, patience: 4 }
unfreeze: { stages: [layer2] }
evaluation: { folds: 0 }
`;

/** Of a base that takes ten seconds of processors for so many views: a stage of the tiny one is over before anybody has seen it. */
const LONG = ["base=efficientnet-lite0", "unfreeze.stages=[blocks.6]", "augment.views=32"];

let stack: Stack;
let waiting: string;
before(async () => {
  stack = await startStack({ workers: false, tinyBase: true });
  await drawnImages(join(stack.folder, "images"), 10, ["disc", "star", "square", "cross"], {
    ground: "of-class",
  });
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
});
after(() => stack.close());

const run = (...args: string[]): Promise<Outcome> => thaw(args, { cwd: stack.folder });

async function start(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await run("run", "--json", "--detach", ...args);
  assert.equal(status, 0, stderr);
  return (JSON.parse(stdout) as { runId: string }).runId;
}

const linesOf = (stdout: string): LogLine[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as LogLine);

async function explain(runId: string): Promise<ExplainJson> {
  const { status, stdout, stderr } = await run("explain", runId, "--json");
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as ExplainJson;
}

test("a chunk never takes the place of another, and is not written twice", async () => {
  const { store } = stack.session;
  const place = { runId: "r", stage: "head", attempt: 1 };
  const line = (message: string): string =>
    `${JSON.stringify({ time: "2026-11-25T00:00:00Z", level: "info", stage: "head", attempt: 1, message })}\n`;
  assert.equal(await writeLogChunk(store, place, 1, line("one")), 1);
  assert.equal(await writeLogChunk(store, place, 1, line("one")), 1, "a try that was not heard of");
  assert.equal(await writeLogChunk(store, place, 1, line("two")), 2, "attempt 1 of a run that was paused");
  await writeLogChunk(store, place, 3, `${line("three")}not JSON\n{"level":"info"}\n`);
  const chunks = await listLogChunks(store, "r");
  assert.deepEqual(
    chunks.map(({ stage, attempt, number }) => [stage, attempt, number]),
    [1, 2, 3].map((number) => ["head", 1, number]),
  );
  const read = await Promise.all(chunks.map((chunk) => readLogChunk(store, chunk)));
  assert.deepEqual(
    read.flat().map(({ message }) => message),
    ["one", "two", "three"],
  );
});

test("a log neither waits for a store that hangs nor loses what it was told meanwhile", async () => {
  const { services } = await status(stack.folder);
  const s3 = services.find(({ name }) => name === "s3")?.pid;
  assert.ok(s3 !== undefined);
  const place = { runId: "outage", stage: "head", attempt: 1 };
  const log = openStageLog(stack.session.store, place);
  process.kill(s3, "SIGSTOP");
  try {
    for (let line = 0; line < 2000; line++) log.say("info", `line ${line} ${"x".repeat(100)}`);
    // Without an end of its patience it would wait for ever: the store is let go afterwards.
    await log.close();
  } finally {
    process.kill(s3, "SIGCONT");
  }
  const read = async (): Promise<readonly LogLine[]> => {
    const chunks = await listLogChunks(stack.session.store, "outage");
    return (await Promise.all(chunks.map((chunk) => readLogChunk(stack.session.store, chunk)))).flat();
  };
  let lines = await read();
  for (; lines.length < 2000; lines = await read()) await sleep(200);
  assert.deepEqual(
    lines.map(({ message }) => Number(message.split(" ")[1])),
    Array.from({ length: 2000 }, (_, line) => line),
  );
});

test("a run that waits has no log, and that is said", async () => {
  waiting = await start();
  const { status, stderr } = await run("logs", waiting);
  assert.equal(status, 2);
  assert.match(stderr, /no log yet: no stage has begun/);
});

test("a run without workers is explained by them", async () => {
  let found = await explain(waiting);
  // For some seconds a worker may still be about to take the task; a command takes a third of a second of a processor.
  for (; found.condition !== "waiting-for-worker"; found = await explain(waiting)) await sleep(1000);
  assert.match(found.sentences.join("\n"), /no worker polls the queue thaw-control/);
  assert.match(found.advice.join("\n"), /`thaw up`/);
});

test("followed from before its beginning, the log has every stage to its end", async () => {
  const following = run("logs", waiting, "-f", "--json");
  const up = await run("up");
  assert.equal(up.status, 0, up.stderr);
  const { status, stdout, stderr } = await following;
  assert.equal(status, 0, stderr);
  const lines = linesOf(stdout);
  const begun = lines.filter(({ message }) => message.startsWith("attempt 1 begins on "));
  assert.deepEqual(
    begun.map(({ stage }) => stage),
    ["ingest", "features", "recipe", "head", "evaluate", "register", "report"],
  );
  const ended = lines.filter(({ message }) => /^done($|: )/.test(message));
  assert.deepEqual(
    ended.map(({ stage }) => stage),
    begun.map(({ stage }) => stage),
  );
  const epochs = lines.filter(
    ({ stage, validationLoss }) => stage === "head" && validationLoss !== undefined,
  );
  assert.deepEqual(
    epochs.map(({ epoch }) => epoch),
    [1, 2, 3, 4],
  );
  assert.match(epochs[0]?.message ?? "", /^epoch 1\/4 ended: loss \d/);
  const times = lines.map(({ time }) => time);
  assert.deepEqual(times, times.toSorted());
});

test("read afterwards it is the same, and filters leave out the rest", async () => {
  const all = linesOf((await run("logs", waiting, "--json")).stdout);
  const head = linesOf((await run("logs", waiting, "--json", "--stage", "head")).stdout);
  assert.deepEqual(
    head,
    all.filter(({ stage }) => stage === "head"),
  );
  const { stdout } = await run("logs", waiting, "--stage", "head", "--attempt", "1");
  assert.equal(stdout.trimEnd().split("\n").length, head.length);
  assert.match(stdout, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}head {7}info {3}attempt 1 begins on /);
  const none = await run("logs", waiting, "--level", "error");
  assert.deepEqual([none.status, none.stdout], [0, ""]);
  const wrong = await run("logs", waiting, "--stage", "haed");
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /no stage haed.*\n.*ingest, features, recipe, head/);
});

test("a stage that fails leaves its error, with the code and what to do", async () => {
  const folder = join(stack.folder, "broken");
  for (const name of ["cats", "dogs"]) await mkdir(join(folder, name), { recursive: true });
  for (const name of ["cats/1.jpg", "cats/2.jpg", "dogs/1.jpg"])
    await writeFile(join(folder, name), "no picture");
  await writeFile(join(stack.folder, "broken.yaml"), "name: broken\ndata: { path: broken }\n");
  const ended = await run("run", "broken.yaml", "--json");
  assert.equal(ended.status, 1);
  const { runId, failure } = JSON.parse(ended.stdout) as {
    runId: string;
    failure: { code: string; message: string };
  };
  const { stdout } = await run("logs", runId, "--json", "--level", "error");
  const [line, ...others] = linesOf(stdout);
  assert.deepEqual(others, []);
  assert.deepEqual([line?.stage, line?.code, line?.retryable], ["ingest", failure.code, false]);
  assert.ok(line?.message.startsWith(`${failure.code}: ${failure.message}`), line?.message);

  const { condition, sentences, advice, lastLines } = await explain(runId);
  assert.equal(condition, "failed");
  assert.ok(
    sentences[0]?.includes(`with ${failure.code}: ${failure.message.replace(/\.$/, "")}`),
    sentences[0],
  );
  assert.match(sentences.join("\n"), /activity ingest \(ingest\).* was not tried again/);
  assert.match(advice.join("\n"), new RegExp(`thaw logs ${runId} --stage ingest`));
  assert.deepEqual(lastLines.at(-1), line);
  const again = await run("watch", runId);
  assert.match(again.stderr, new RegExp(`thaw explain ${runId} `));
  const told = await run("explain", runId);
  assert.match(told.stdout, /The last lines of the stage's log:\n(.*\n)*.* ingest .* error /);
});

test("a run whose stages were all in the store says why it has no log", async () => {
  const runId = await start();
  const { status, stderr } = await run("watch", runId);
  assert.equal(status, 0, stderr);
  const logs = await run("logs", runId);
  assert.equal(logs.status, 2);
  assert.match(logs.stderr, /every stage's artifact was in the store already/);

  const { condition, sentences } = await explain(runId);
  assert.equal(condition, "completed");
  assert.match(sentences.join("\n"), /so quick because nothing was computed: the artifacts of all 7 stages/);
  assert.match(sentences.join("\n"), /The recipe decided: .*\n.*tune-1 was left out/);
});

test("a killed engine and a cancelled run are in the log, each under its attempt", async () => {
  const runId = await start(...LONG.flatMap((setting) => ["--set", setting]));
  await waitForStage(stack, runId, "features", isComputing);
  process.kill((await enginePid(stack)) ?? assert.fail("it computes"), "SIGKILL");
  // It does not report before its attempt is looked at.
  const second = slowEngine(stack);
  await waitForStage(stack, runId, "features", (stage) => (stage.attempt ?? 0) > 1);
  const { condition, sentences, lastLines } = await explain(runId);
  assert.equal(condition, "retrying");
  assert.match(sentences[0] ?? "", /^Stage features is tried again after a failure: .*SIGKILL/);
  assert.ok(lastLines.some(({ attempt, code }) => attempt === 1 && code === "ENGINE_FAILED"));
  // Until the second attempt reports, the last progress is the killed one's.
  await waitForStage(stack, runId, "features", (stage) => !isComputing(stage));
  await waitForStage(stack, runId, "features", isComputing);
  assert.equal((await run("cancel", runId)).status, 0);
  await run("watch", runId);
  (await second).goOn();
  assert.equal((await getRun(stack.session, runId)).status, "cancelled");
  const lines = linesOf(
    (await run("logs", runId, "--json", "--stage", "features", "--level", "warn")).stdout,
  );
  assert.deepEqual(
    lines.map(({ attempt, level, message }) => [attempt, level, /SIGKILL|cancelled/.exec(message)?.[0]]),
    [
      [1, "error", "SIGKILL"],
      [2, "warn", "cancelled"],
    ],
  );
  const ended = await explain(runId);
  assert.equal(ended.condition, "cancelled");
  assert.match(ended.sentences[0] ?? "", /^The run was cancelled during features after /);
});

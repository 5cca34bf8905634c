/** Looks that do not go their way: two at once, cancelled ones, interrupted commands, aliases that somebody moved, lost artifacts. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Context } from "@temporalio/activity";
import { dropAlias } from "../../../client/models/aliases.js";
import { startRetraining } from "../../../client/models/retrain.js";
import { parseRunFile } from "../../../client/runFile/parse.js";
import { getRun } from "../../../client/runs/watch.js";
import type { ArtifactRef } from "../../../spec/artifact.js";
import { RETRAIN_STATE_QUERY, type RetrainState, type Tick } from "../../../spec/retraining/retraining.js";
import { manifestName } from "../../../store/artifacts/artifacts.js";
import { aliasHistory, newestDecision } from "../../../store/records/aliases.js";
import { readModel } from "../../../store/records/records.js";
import { listTicks } from "../../../store/records/ticks.js";
import { monthOfTraining } from "../../chaos/months/trainer.js";
import { sharedServices } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { startStandIns } from "../../support/services/standIns.js";
import { until } from "../../support/until.js";

const MAIN = fileURLToPath(new URL("../../../cli/main.js", import.meta.url));

let stack: Stack;
let stop: () => Promise<void>;
/** Whether the heads' training goes on until this is false, or it is cancelled. */
let isHeld = false;
/** Whether a comparison of new images goes on until it is cancelled, and what became of those. */
let isComparing = false;
const comparisons: ("begun" | "cancelled")[] = [];
/** Each test has a model and images of its own. */
let name: string;
let images: string;
let count = 0;

before(async () => {
  stack = await sharedServices();
  const training = monthOfTraining(join(stack.folder, "trained.log"));
  stop = await startStandIns(stack.session, stack.folder, {
    ...training,
    work: async (dependencies, request) => {
      while (isHeld && request.stage.kind === "head") {
        Context.current().heartbeat();
        await Context.current().sleep(50);
      }
      await training.work(dependencies, request);
    },
    drift: async ({ version }) => {
      const activity = Context.current();
      if (isComparing) comparisons.push("begun");
      try {
        while (isComparing) {
          activity.heartbeat();
          await activity.sleep(50);
        }
      } catch (error) {
        comparisons.push("cancelled");
        throw error;
      }
      return { version, verdict: "same", sentence: "looks the same" };
    },
  });
});
after(async () => {
  await stop();
  await stack.close();
});

beforeEach(async () => {
  isHeld = false;
  isComparing = false;
  name = `odd-${++count}`;
  images = join(stack.folder, name);
  for (const label of ["a", "b"]) await add(label, 110);
});

let drawn = 0;
async function add(label: string, many: number): Promise<void> {
  await mkdir(join(images, label), { recursive: true });
  for (let i = 0; i < many; i++) await writeFile(join(images, label, `${drawn++}.jpg`), `image ${drawn}`);
}

const textOf = (base = "efficientnet-lite0", policy = ""): string =>
  `name: ${name}\nbase: ${base}\ndata: { path: ${JSON.stringify(images)} }\nrecipe: extractor-only\nunfreeze: { stages: [blocks.6] }\n` +
  "evaluation: { folds: 0 }\nmodel: { promote: automatic, rule: not-worse" +
  `${policy} }\n`;

async function start(base?: string, policy = "", asked?: boolean): Promise<string> {
  const file = parseRunFile(textOf(base, policy), "thaw.yaml", []);
  const request = { file, dataPath: images, ...(asked === undefined ? {} : { asked }) };
  return (await startRetraining(stack.session, request)).workflowId;
}
const handleOf = (workflowId: string) => stack.session.temporal.workflow.getHandle(workflowId);
const endOf = (workflowId: string): Promise<Tick> => handleOf(workflowId).result() as Promise<Tick>;
const look = async (...request: Parameters<typeof start>): Promise<Tick> => endOf(await start(...request));
const recordOf = async (workflowId: string): Promise<Tick | undefined> =>
  (await listTicks(stack.session.store, name, 10)).find((tick) => tick.workflowId === workflowId);

/** The run that the look has started, once its head is being trained. */
async function held(workflowId: string): Promise<string> {
  let runId: string | undefined;
  await until("a run is training its head", async () => {
    const state = await handleOf(workflowId).query<RetrainState>(RETRAIN_STATE_QUERY);
    runId = state.runId;
    if (runId === undefined) return false;
    const view = await getRun(stack.session, runId).catch(() => undefined);
    return view?.stages.some(({ name: stage, state: of }) => stage === "head" && of === "running") ?? false;
  });
  return runId as string;
}

test("of two looks at once one promotes, and the other says who did; there is one version", async () => {
  const ticks = await Promise.all([look(), look()]);
  const promoted = ticks.filter(({ verdict }) => verdict === "promoted");
  assert.equal(promoted.length, 1, JSON.stringify(ticks));
  const other = ticks.find((tick) => tick !== promoted[0]) as Tick;
  assert.ok(["overtaken", "same-result", "unchanged"].includes(other.verdict), other.sentence);
  if (other.verdict === "overtaken") assert.ok(other.sentence.includes(promoted[0]?.workflowId ?? ""));
  assert.equal((await aliasHistory(stack.session.store, name, "champion")).length, 1);
  assert.equal(await readModel(stack.session.store, name, 2), undefined);
});

test("a look that is cancelled ends its run, and leaves a record", async () => {
  isHeld = true;
  const workflowId = await start();
  const runId = await held(workflowId);
  await handleOf(workflowId).cancel();
  await assert.rejects(endOf(workflowId));
  assert.equal((await handleOf(workflowId).describe()).status.name, "CANCELLED");
  assert.equal((await getRun(stack.session, runId)).status, "cancelled");
  const tick = await recordOf(workflowId);
  assert.deepEqual([tick?.verdict, tick?.runId, tick?.version], ["cancelled", runId, undefined]);
  assert.equal(tick?.sentence, `cancelled with run ${runId}`);
  isHeld = false;
  assert.equal((await look()).verdict, "promoted", "the next look begins anew");
});

test("a look that is cancelled while new images are compared ends that, and begins no run", async () => {
  await look();
  await add("a", 3);
  isComparing = true;
  const workflowId = await start();
  await until("they are compared", () => comparisons.length > 0);
  await handleOf(workflowId).cancel();
  await assert.rejects(endOf(workflowId));
  assert.deepEqual(comparisons, ["begun", "cancelled"]);
  const tick = await recordOf(workflowId);
  assert.deepEqual([tick?.verdict, tick?.runId, tick?.drift], ["cancelled", undefined, undefined]);
  assert.equal(tick?.sentence, "cancelled before a run began");
  isComparing = false;
  assert.deepEqual((await look()).drift, { version: 1, verdict: "same", sentence: "looks the same" });
});

test("a run that is cancelled under its look is said to be, and the look ends well", async () => {
  isHeld = true;
  const workflowId = await start();
  const runId = await held(workflowId);
  await handleOf(runId).cancel();
  const tick = await endOf(workflowId);
  assert.deepEqual([tick.verdict, tick.sentence], ["cancelled", `run ${runId} was cancelled`]);
  assert.deepEqual(await recordOf(workflowId), tick);
});

test("an alias that is removed between look and promotion is left to whoever removed it", async () => {
  await look();
  await add("a", 8);
  isHeld = true;
  const workflowId = await start();
  await held(workflowId);
  await dropAlias(stack.session.store, `${name}@champion`);
  isHeld = false;
  const tick = await endOf(workflowId);
  assert.deepEqual([tick.verdict, tick.version, tick.decision], ["overtaken", 2, undefined], tick.sentence);
  assert.match(tick.sentence, /is left, somebody decided meanwhile: .*moved meanwhile by .*removed/);
  assert.equal((await newestDecision(stack.session.store, name, "champion"))?.version, null);
});

test("a version that cannot be held against the one in use waits for a person", async () => {
  await look();
  const champion = await readModel(stack.session.store, name, 1);
  assert.ok(champion);
  await add("a", 8);
  isHeld = true;
  const workflowId = await start();
  await held(workflowId);
  const { kind, key } = champion.artifacts.evaluate as ArtifactRef;
  await stack.session.store.client.removeObject(stack.session.store.bucket, manifestName(kind, key));
  isHeld = false;
  const tick = await endOf(workflowId);
  assert.deepEqual([tick.verdict, tick.version], ["waits", 2], tick.sentence);
  assert.match(
    tick.sentence,
    /`thaw approve .*@2` or `thaw reject .*@2`: .*@2 cannot be held against version 1: /,
  );
});

test("images that become what they were before make no version, and are due at no later look", async () => {
  await look();
  const aside = join(stack.folder, "aside.jpg");
  await add("b", 1);
  const spoilt = join(images, "b", `${drawn - 1}.jpg`);
  assert.equal((await look()).version, 2);
  await rename(spoilt, aside);
  assert.equal((await look()).version, 1);
  assert.equal((await look()).verdict, "unchanged");
});

test("a base that is the model in use is no reason to train after each promotion", async () => {
  await look();
  await add("a", 8);
  const tick = await look(`model:${name}@champion`);
  assert.equal(tick.verdict, "promoted", tick.sentence);
  const again = await look(`model:${name}@champion`);
  assert.deepEqual([again.verdict, again.reasons], ["unchanged", []], again.sentence);
});

test("fewer new images than the run file wants are waited for; a label that changes, or who asks, does not wait", async () => {
  const fewest = ", min_new_images: 6, min_new_per_class: 5";
  const wanting = (asked?: boolean): Promise<Tick> => look(undefined, fewest, asked);
  assert.deepEqual((await wanting()).reasons, ["first"]);
  await add("a", 2);
  await add("b", 2);
  const few = await wanting();
  assert.deepEqual([few.verdict, few.reasons, few.runId], ["too-few-new", [], undefined], few.sentence);
  assert.equal(
    few.sentence,
    'waits for more images: 4 of 6 new ones; no class has 5 new ones, the most are 2 of "a" since version 1',
  );
  assert.equal(few.look?.added, 4);
  assert.deepEqual(await recordOf(few.workflowId), few);
  assert.deepEqual((await wanting(true)).reasons, ["asked"]);
  assert.equal((await wanting()).verdict, "unchanged");
  await add("a", 5);
  assert.match((await wanting()).sentence, /^waits for more images: 5 of 6 new ones since version 2$/);
  await add("b", 1);
  assert.deepEqual((await wanting()).reasons, ["data"]);
  await add("a", 1);
  assert.equal((await wanting()).verdict, "too-few-new");
  await rename(join(images, "a", `${drawn - 1}.jpg`), join(images, "b", `${drawn - 1}.jpg`));
  const [moved = ""] = await readdir(join(images, "a"));
  await rename(join(images, "a", moved), join(images, "b", moved));
  const relabelled = await wanting();
  assert.deepEqual(relabelled.reasons, ["data"], relabelled.sentence);
});

test("a folder that is gone makes a failed look that names it", async () => {
  await look();
  await rm(images, { recursive: true });
  const failed = await start();
  await assert.rejects(endOf(failed));
  const tick = await recordOf(failed);
  assert.equal(tick?.verdict, "failed");
  assert.ok(tick?.sentence.includes(images), tick?.sentence);
});

test("Ctrl-C ends the command with 130, not the look", async () => {
  isHeld = true;
  await writeFile(join(stack.folder, "thaw.yaml"), textOf());
  const child = spawn(process.execPath, [MAIN, "retrain"], {
    cwd: stack.folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let told = "";
  child.stderr.on("data", (chunk: Buffer) => {
    told += chunk.toString();
  });
  await until(
    "the command tells of its run",
    () => told.includes("- run "),
    () => told,
  );
  child.kill("SIGINT");
  assert.deepEqual(await once(child, "exit"), [130, null]);
  assert.match(told, /It goes on without you: `thaw models ticks/);
  isHeld = false;
  const workflowId = /retrain-[a-z0-9-]+/.exec(told)?.[0] ?? "";
  assert.equal((await endOf(workflowId)).verdict, "promoted");
});

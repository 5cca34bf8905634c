/** A worker whose store refuses, or is away: what stages and workers do, and what people who look are told. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { getRun } from "../../../client/runs/watch.js";
import { thaw, thawJson } from "../../support/cli/thaw.js";
import { smallImageSet } from "../../support/images/images.js";
import { type FaultProxy, startFaultProxy } from "../../support/services/faultProxy.js";
import { waitForStage } from "../../support/services/faults.js";
import { serviceVariables } from "../../support/services/serviceVariables.js";
import { sharedServices } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { until } from "../../support/until.js";

const RUN_FILE = `
name: refused
data: { path: images }
augment: { views: 1 }
evaluation: { folds: 0 }
`;

interface Worker {
  readonly child: ChildProcess;
  said(): string;
}

let stack: Stack;
let proxy: FaultProxy;
const workers: Worker[] = [];
before(async () => {
  stack = await sharedServices();
  proxy = await startFaultProxy(stack.session.platform.store.endpoint);
  await smallImageSet(join(stack.folder, "images"), 6);
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
  await untilReady(startWorker("control", {}));
});
after(async () => {
  for (const { child } of workers) child.kill("SIGKILL");
  await proxy.close();
  await stack.close();
});

function startWorker(name: string, changed: Record<string, string>): Worker {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL(`../../../worker/${name}.js`, import.meta.url))],
    {
      env: { ...process.env, THAW_PROJECT: stack.project, ...serviceVariables(stack), ...changed },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      text += String(chunk);
    });
  }
  const worker = { child, said: () => text };
  workers.push(worker);
  return worker;
}

const untilReady = ({ said }: Worker): Promise<unknown> =>
  until("it is ready", () => said().includes('"ready":true'), said);
/** As from another machine: the project's own workers are none of its business. */
const shown = async (...args: string[]): Promise<string> =>
  (await thaw(args, { cwd: stack.folder, env: serviceVariables(stack) })).stdout;
const trainingWorker = (): Worker => startWorker("training", { THAW_S3_ENDPOINT: proxy.endpoint });

/** @param seed so that no run finds another's artifacts */
async function startRun(seed: number): Promise<string> {
  const args = ["run", "--detach", "--set", `seed=${seed}`];
  return (await thawJson<{ runId: string }>(stack.folder, ...args)).runId;
}

test("a worker with a read-only key does not begin, and names the right that it lacks", async () => {
  proxy.spoil(({ method }) => (method === "PUT" ? { kind: "status", status: 403 } : undefined));
  const { child, said } = trainingWorker();
  assert.deepEqual(await once(child, "exit"), [4, null]);
  assert.match(said(), /^training worker: the key may not write in the bucket .*: it lacks s3:PutObject/m);
});

test("a worker begins without a store that is only away", async () => {
  proxy.spoil(() => ({ kind: "status", status: 503 }));
  const worker = trainingWorker();
  await untilReady(worker);
  assert.match(worker.said(), /training worker begins without the store: the object store at/);
  proxy.spoil(() => undefined);
});

for (const [status, code, seed] of [
  [403, "STORE_DENIED", 1],
  [501, "STORE_UNSUITABLE", 2],
] as const) {
  test(`a stage ends in its first attempt when the store answers ${status}`, async () => {
    proxy.spoil(({ method }) => (method === "PUT" ? { kind: "status", status } : undefined));
    const runId = await startRun(seed);
    await until("the run has failed", async () => (await getRun(stack.session, runId)).failure !== undefined);
    const { failure, stages } = await getRun(stack.session, runId);
    assert.equal(failure?.code, code, failure?.message);
    assert.equal(stages[0]?.attempt ?? 1, 1);
    assert.match(await shown("explain", runId), new RegExp(code));
  });
}

test("an outage is told by watch, explain and logs, with its beginning, and then the stage goes on", async () => {
  proxy.spoil(({ method }) => (method === "PUT" ? { kind: "status", status: 503 } : undefined));
  const runId = await startRun(3);
  const { progress } = await waitForStage(
    stack,
    runId,
    "ingest",
    (stage) => (stage.progress?.outage?.tries ?? 0) >= 2,
  );
  assert.equal(progress?.phase, "waiting for the store");
  const told = /store unreachable since \d\d:\d\d, tried \d+ times/;
  const explained = await shown("explain", runId);
  assert.match(
    explained,
    /Stage ingest waits: store unreachable since \d\d:\d\d, tried \d+ times\. The last try: the/,
  );
  assert.match(await shown("get", runId), told);
  proxy.spoil(() => undefined);
  await waitForStage(stack, runId, "ingest", ({ state }) => state === "done");
  await until("the log has it", async () => {
    const stdout = await shown("logs", runId, "--stage", "ingest");
    return /waiting for the store, store unreachable since \d\d:\d\d UTC, tried/.test(stdout);
  });
  await thaw(["cancel", runId], { cwd: stack.folder });
});

/** A deploy of the control worker: running workflows go on in the new version, and an old one that reappears waits. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { getRun } from "../../../client/runs/watch.js";
import { CONTROL_QUEUE } from "../../../spec/pipeline/run.js";
import { isDue } from "../../../worker/deployment.js";
import { thaw, thawJson } from "../../support/cli/thaw.js";
import { smallImageSet } from "../../support/images/images.js";
import { type Stack, startStack } from "../../support/services/stack.js";
import { until } from "../../support/until.js";

const CONTROL = fileURLToPath(new URL("../../../worker/control.js", import.meta.url));
const MINUTE = 60_000;

let stack: Stack;
const workers = new Map<string, ChildProcess>();
before(async () => {
  stack = await startStack({ workers: false });
  await smallImageSet(join(stack.folder, "images"), 4);
  await writeFile(join(stack.folder, "thaw.yaml"), "name: deployed\ndata: { path: images }\n");
});
after(async () => {
  for (const version of workers.keys()) await stop(version);
  await stack.close();
});

function deploy(version: string, more: Readonly<Record<string, string>> = {}): void {
  const env = { ...process.env, THAW_BUILD_ID: version, THAW_PROJECT: stack.folder, ...more };
  workers.set(version, spawn(process.execPath, [CONTROL], { cwd: stack.folder, env, stdio: "ignore" }));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function stop(version: string): Promise<void> {
  const worker = workers.get(version);
  workers.delete(version);
  if (worker === undefined || worker.exitCode !== null) return;
  worker.kill("SIGTERM");
  await once(worker, "exit");
}

const service = () => stack.session.temporal.workflowService;
const describe = async () => {
  const namespace = stack.session.temporal.options.namespace;
  const { workerDeploymentInfo: info } = await service().describeWorkerDeployment({
    namespace,
    deploymentName: "thaw-control",
  });
  assert.ok(info);
  return info;
};
const current = async (): Promise<string> =>
  (await describe().catch(() => undefined))?.routingConfig?.currentDeploymentVersion?.buildId ?? "";

const versionOf = async (runId: string) => {
  const { raw } = await stack.session.temporal.workflow.getHandle(runId).describe();
  return raw.workflowExecutionInfo?.versioningInfo;
};

test("a run that began under one version goes on under the next", async () => {
  deploy("v1");
  await until("v1 is current", async () => (await current()) === "v1");
  const { runId } = await thawJson<{ runId: string }>(stack.folder, "run", "--detach");
  await until("v1 has the run", async () => (await versionOf(runId))?.deploymentVersion?.buildId === "v1");

  const metrics = `127.0.0.1:${await freePort()}`;
  deploy("v2", { THAW_METRICS_ADDRESS: metrics });
  await until("v2 is current", async () => (await current()) === "v2");
  const page = await (await fetch(`http://${metrics}/metrics`)).text();
  assert.match(page, /^temporal_num_pollers\{.*task_queue="thaw-control"/m);
  await stop("v1");
  // The query is answered by replaying the run's history in the new version.
  assert.equal((await getRun(stack.session, runId)).failure, undefined);
  const { status } = await thaw(["cancel", runId], { cwd: stack.folder });
  assert.equal(status, 0);
  await stack.session.temporal.workflow
    .getHandle(runId)
    .result()
    .catch(() => undefined);
  const versioning = await versionOf(runId);
  assert.equal(versioning?.deploymentVersion?.buildId, "v2");
  // 2 is AUTO_UPGRADE.
  assert.equal(versioning?.behavior, 2);
});

test("a pod of the old version that starts again takes nothing over while the new one is there", async () => {
  deploy("v1");
  const pollers = async () => {
    const namespace = stack.session.temporal.options.namespace;
    const taskQueue = { name: CONTROL_QUEUE };
    return (await service().describeTaskQueue({ namespace, taskQueue, taskQueueType: 1 })).pollers;
  };
  // The first v1 stays in the list for minutes: the second is the one that has polled since v2 came.
  const began = Math.floor(Date.now() / 1000);
  await until("v1 polls again", async () =>
    (await pollers()).some(
      ({ deploymentOptions, lastAccessTime }) =>
        deploymentOptions?.buildId === "v1" && Number(lastAccessTime?.seconds) > began,
    ),
  );
  assert.equal(await current(), "v2");
  const [info, seen] = await Promise.all([describe(), pollers()]);
  assert.equal(isDue(info, seen, "v1", Date.now()), false, "v2 polls");
  assert.equal(isDue(info, seen, "v1", Date.now() + 2 * MINUTE), true, "v2 has not polled for two minutes");
  assert.equal(isDue(info, seen, "v3", Date.now()), false, "Temporal does not know v3 yet");
});

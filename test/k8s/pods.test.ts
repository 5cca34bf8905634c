/** Runs that train in pods of their own, in a real cluster. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import type { ExplainJson } from "../../cli/json/explain.js";
import { cancelRun } from "../../client/cancelRun.js";
import { getRun, type RunView, watchRun } from "../../client/watchRun.js";
import { isComputing, waitForStage } from "../support/faults.js";
import { thawJson } from "../support/thaw.js";
import { until } from "../support/until.js";
import { type PodStack, startPodStack } from "./podStack.js";

const PATIENCE_MS = 5 * 60_000;

describe("a run with compute: kubernetes", () => {
  let pods: PodStack;
  before(async () => {
    pods = await startPodStack();
  });
  after(() => pods?.close());

  /** All that the run's pod was seen to do on the way, and how the run ended. */
  async function follow(
    runId: string,
  ): Promise<{ readonly last: RunView; readonly seen: readonly string[] }> {
    const seen = new Set<string>();
    let last: RunView | undefined;
    for await (const view of watchRun(pods.stack.session, runId, {
      intervalMs: 100,
      signal: AbortSignal.timeout(PATIENCE_MS),
    })) {
      last = view;
      if (view.pod !== undefined) seen.add(view.pod.reason);
    }
    assert.ok(last !== undefined);
    return { last, seen: [...seen] };
  }

  const explain = (runId: string): Promise<ExplainJson> => thawJson(pods.stack.folder, "explain", runId);
  const view = (runId: string): Promise<RunView> => getRun(pods.stack.session, runId);
  const untilReason = (runId: string, reason: string): Promise<void> => {
    let last: RunView | undefined;
    return until(
      `the pod is ${reason}`,
      async () => {
        last = await view(runId);
        return last.pod?.reason === reason;
      },
      () => last?.pod ?? last?.failure,
    );
  };
  const podNames = async (runId: string): Promise<string[]> =>
    (await pods.podsOf(runId)).filter((name) => name.startsWith("pod/"));

  /** Process ids of the training workers in containers; those of this machine's stack have no run. */
  async function workerPid(runId: string): Promise<number> {
    const [pod = ""] = await podNames(runId);
    const uid = await pods.cluster.kubectl("get", pod, "-o=jsonpath={.metadata.uid}");
    const { execFileSync } = await import("node:child_process");
    const listing = execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" });
    for (const line of listing.split("\n")) {
      const pid = Number.parseInt(line, 10);
      if (!line.includes("worker/training.js")) continue;
      if (readFileSync(`/proc/${pid}/cgroup`, "utf8").includes(uid)) return pid;
    }
    return assert.fail(`no worker of ${pod} in\n${listing}`);
  }

  it("trains all stages in one pod, and leaves nothing behind", async () => {
    const runId = await pods.start();
    await untilReason(runId, "running");
    const [pod, ...others] = await podNames(runId);
    assert.deepEqual(others, []);
    const { last } = await follow(runId);
    assert.equal(last.status, "completed", JSON.stringify(last.failure));
    assert.ok(pod !== undefined);
    assert.deepEqual(await pods.podsOf(runId), []);
    assert.equal(last.pod, undefined);
  });

  it("makes no pod when nothing has to be computed", async () => {
    const runId = await pods.start();
    const { last, seen } = await follow(runId);
    assert.equal(last.status, "completed");
    assert.ok(last.stages.every(({ state }) => state === "cached" || state === "done"));
    assert.deepEqual(seen, []);
  });

  it("goes on in another pod when its worker is killed, and when its pod is deleted", async () => {
    const runId = await pods.start("seed=2", "unfreeze.epochs=12", "unfreeze.patience=12");
    await waitForStage(pods.stack, runId, "tune-1", isComputing);
    const [first = ""] = await podNames(runId);
    process.kill(await workerPid(runId), "SIGKILL");
    await until("another pod is made", async () => (await podNames(runId)).some((name) => name !== first));
    const second = (await podNames(runId)).find((name) => name !== first) ?? "";
    await waitForStage(
      pods.stack,
      runId,
      "tune-1",
      (stage) => isComputing(stage) && (stage.attempt ?? 1) > 1,
    );
    assert.equal((await view(runId)).pod?.lastEnd?.reason, "killed");
    await pods.cluster.kubectl("delete", second, "--wait=false");
    const { last } = await follow(runId);
    assert.equal(last.status, "completed", JSON.stringify(last.failure));
    assert.deepEqual(await pods.podsOf(runId), []);
  });

  it("says what the scheduler says while no node has room, and goes when there is some", async () => {
    const runId = await pods.start("seed=3", "kubernetes.resources.gpu=2");
    await untilReason(runId, "unschedulable");
    const { condition, sentences } = await explain(runId);
    assert.equal(condition, "waiting-for-pod");
    assert.match(sentences.join(" "), /0\/1 nodes are available: 1 Insufficient nvidia\.com\/gpu/);
    await pods.cluster.setGpus(2);
    await untilReason(runId, "running");
    await cancelRun(pods.stack.session, runId);
    const { last } = await follow(runId);
    assert.equal(last.status, "cancelled");
    assert.deepEqual(await pods.podsOf(runId), []);
    await pods.cluster.setGpus(1);
  });

  it("fails with the image's name when it cannot be had in time", async () => {
    const runId = await pods.start(
      "seed=4",
      "kubernetes.image=thaw.test/nothing:none",
      "kubernetes.timeouts.start=5s",
    );
    const { last, seen } = await follow(runId);
    assert.ok(seen.includes("image-pull"), seen.join());
    assert.equal(last.status, "failed");
    assert.equal(last.failure?.code, "POD_NOT_STARTED");
    assert.match(last.failure.message, /thaw\.test\/nothing:none/);
    assert.deepEqual(await pods.podsOf(runId), []);
  });

  it("fails at once when the worker's settings are wrong, with what the worker said", async () => {
    const runId = await pods.start("seed=5", "kubernetes.secrets=[]");
    const { last } = await follow(runId);
    assert.equal(last.failure?.code, "POD_FAILED");
    assert.match(last.failure.message, /AWS_ACCESS_KEY_ID/);
    assert.deepEqual(await pods.podsOf(runId), []);
  });

  it("makes the Job again when somebody deletes it", async () => {
    const runId = await pods.start("seed=6");
    await untilReason(runId, "running");
    const [first = ""] = await podNames(runId);
    await pods.cluster.kubectl("delete", "job", `--selector=thaw.dev/run=${runId}`);
    await until("another pod is made", async () => (await podNames(runId)).some((name) => name !== first));
    await cancelRun(pods.stack.session, runId);
    await follow(runId);
    assert.deepEqual(await pods.podsOf(), []);
  });

  it("goes on when the API server is restarted", async () => {
    const runId = await pods.start("seed=7");
    await waitForStage(pods.stack, runId, "features", ({ state }) => state === "running");
    await pods.cluster.restartApiServer();
    const { last } = await follow(runId);
    assert.equal(last.status, "completed", JSON.stringify(last.failure));
    assert.deepEqual(await pods.podsOf(), []);
  });
});

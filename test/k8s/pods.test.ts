/** Runs that train in pods of their own, in a real cluster. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { V1Pod } from "@kubernetes/client-node";
import type { GcJson } from "../../cli/json/gc.js";
import { listRuns } from "../../client/runs/list.js";
import { getRun } from "../../client/runs/watch.js";
import { jobName } from "../../k8s/job/names.js";
import type { ArtifactRef } from "../../spec/artifact.js";
import type { RunResult } from "../../spec/pipeline/run.js";
import type { StageSummary } from "../../spec/records/training.js";
import { requireManifest } from "../../store/artifacts/artifacts.js";
import { thaw } from "../support/cli/thaw.js";
import { isTraining, waitForStage } from "../support/services/faults.js";
import { until } from "../support/until.js";
import { idleJob } from "./idleJob.js";
import { type PodStack, startPodStack } from "./podStack.js";
import { killWorker } from "./podWorker.js";

const UNKNOWN_RUN = "of-another-temporal";

/** A run whose evaluation has a pod of its own. */
const APART = ["seed=5", "kubernetes.stages.evaluate.resources={ gpu: 0, cpu: 50m, memory: 2Gi }"];

describe("a run with compute: kubernetes", () => {
  let pods: PodStack;
  before(async () => {
    pods = await startPodStack();
  });
  after(() => pods?.close());

  const summaryOf = async ({ artifacts }: RunResult): Promise<StageSummary> =>
    (await requireManifest(pods.stack.session.store, artifacts["tune-1"] as ArtifactRef))
      .summary as StageSummary;

  it("trains in one pod; killed and deleted it goes on in others; nothing is left behind", async () => {
    // Longer than it takes to be found at work three times; then it is told to end.
    const runId = await pods.start("unfreeze.epochs=300", "unfreeze.patience=300");
    const first = await pods.untilReason(runId, "running");
    // With checkpoints, of which it stores one every half second.
    await waitForStage(
      pods.stack,
      runId,
      "tune-1",
      (stage) => isTraining(stage) && Number(/^epoch (\d+)/.exec(stage.progress?.phase ?? "")?.[1]) >= 5,
    );
    assert.deepEqual(
      (await pods.podsOf(runId)).filter((name) => name.startsWith("pod/")),
      [`pod/${first}`],
      "all stages so far have had the same pod",
    );
    await killWorker(pods.cluster, first);
    const second = await pods.untilNotPod(runId, first);
    await waitForStage(pods.stack, runId, "tune-1", (stage) => isTraining(stage) && (stage.attempt ?? 1) > 1);
    assert.equal((await getRun(pods.stack.session, runId)).pod?.lastEnd?.reason, "killed");
    await pods.cluster.kubectl("delete", "pod", second, "--wait=false");
    await until("a third pod is at work", async () => {
      const { pod } = await getRun(pods.stack.session, runId);
      return pod?.reason === "running" && pod.pod !== first && pod.pod !== second;
    });
    // It may be at the second attempt still: the second pod may have been told to leave before it began one.
    const told = await thaw(["stop", runId, "--keep-best"], { cwd: pods.stack.folder });
    assert.equal(told.status, 0, told.stderr);

    const { last } = await pods.follow(runId);
    assert.equal(last.status, "completed", JSON.stringify(last.failure));
    assert.ok(last.result !== undefined);
    // The second pod was told to leave, and has left its checkpoint to the third.
    const { stdout: log } = await thaw(["logs", runId, "--stage", "tune-1"], { cwd: pods.stack.folder });
    assert.ok(((await summaryOf(last.result)).resumed ?? []).length > 0, log);
    assert.deepEqual(await pods.podsOf(), []);
    assert.equal(last.pod, undefined);
  });

  it("evaluates in a pod of its own, which asks for no GPU, when the one that trained is gone", async () => {
    const runId = await pods.start(...APART);
    await waitForStage(pods.stack, runId, "evaluate", ({ state }) => state === "running");
    const evaluates = await pods.untilReason(runId, "running", "evaluate");
    const job = `thaw-${runId}-evaluate`;
    assert.deepEqual(await pods.podsOf(runId), [`job.batch/${job}`, `pod/${evaluates}`].toSorted());
    const spec = JSON.parse(await pods.cluster.kubectl("get", "pod", evaluates, "--output=json")) as V1Pod;
    const [container] = spec.spec?.containers ?? [];
    assert.deepEqual(container?.resources?.limits, { memory: "2Gi" });
    assert.deepEqual(container.resources.requests, { memory: "2Gi", cpu: "50m" });
    assert.equal(container.env?.find(({ name }) => name === "THAW_DEVICE")?.value, "cpu");

    // It begins on an empty disk, with what the store has.
    const { last } = await pods.follow(runId);
    assert.equal(last.status, "completed", JSON.stringify(last.failure));
    assert.deepEqual(await pods.podsOf(), []);
  });

  it("garbage collection removes a Job that has outlived its run, and leaves those of runs it does not know", async () => {
    const [over] = (await listRuns(pods.stack.session, { limit: 1 })).runs;
    assert.ok(over !== undefined && over.status === "completed");
    const [orphan, unknown] = [jobName(over.runId), jobName(UNKNOWN_RUN)];
    for (const runId of [over.runId, UNKNOWN_RUN])
      await pods.cluster.apply(idleJob(runId, pods.cluster.image));
    const collect = async (...more: string[]): Promise<GcJson> => {
      const { status, stdout, stderr } = await thaw(["gc", "--kubernetes", "--json", ...more], {
        cwd: pods.stack.folder,
      });
      assert.equal(status, 0, stderr);
      return JSON.parse(stdout) as GcJson;
    };
    const found = { namespace: "default", orphans: [orphan], unknown: [unknown] };
    assert.deepEqual((await collect("--dry-run")).jobs, found);
    assert.equal((await pods.podsOf(over.runId)).includes(`job.batch/${orphan}`), true);
    assert.deepEqual((await collect()).jobs, found);
    assert.deepEqual(await pods.podsOf(over.runId), []);
    assert.equal((await pods.podsOf(UNKNOWN_RUN)).includes(`job.batch/${unknown}`), true);
    await pods.cluster.kubectl("delete", "job", unknown);
  });

  it("makes no pod when nothing has to be computed", async () => {
    const { last, said } = await pods.follow(await pods.start(...APART));
    assert.equal(last.status, "completed");
    const computed = last.stages.filter(({ state }) => state !== "cached").map(({ name }) => name);
    assert.deepEqual(computed, []);
    assert.deepEqual(said, []);
  });
});

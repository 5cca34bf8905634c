/** Runs that train in pods of their own, in a real cluster. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { getRun } from "../../client/watchRun.js";
import type { ArtifactRef, RunResult } from "../../spec/run.js";
import type { StageSummary } from "../../spec/training.js";
import { requireManifest } from "../../store/artifacts.js";
import { isComputing, waitForStage } from "../support/faults.js";
import { type PodStack, startPodStack } from "./podStack.js";
import { killWorker } from "./podWorker.js";

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
    // Long enough to be found at work twice.
    const runId = await pods.start("unfreeze.epochs=60", "unfreeze.patience=60");
    const first = await pods.untilReason(runId, "running");
    await waitForStage(pods.stack, runId, "tune-1", isComputing);
    assert.deepEqual(
      (await pods.podsOf(runId)).filter((name) => name.startsWith("pod/")),
      [`pod/${first}`],
      "all stages so far have had the same pod",
    );
    await killWorker(pods.cluster, first);
    const second = await pods.untilNotPod(runId, first);
    await waitForStage(
      pods.stack,
      runId,
      "tune-1",
      (stage) => isComputing(stage) && (stage.attempt ?? 1) > 1,
    );
    assert.equal((await getRun(pods.stack.session, runId)).pod?.lastEnd?.reason, "killed");
    await pods.cluster.kubectl("delete", "pod", second, "--wait=false");

    const { last } = await pods.follow(runId);
    assert.equal(last.status, "completed", JSON.stringify(last.failure));
    assert.ok(last.result !== undefined);
    // The second pod was told to leave, and has left its checkpoint to the third.
    assert.ok(((await summaryOf(last.result)).resumed ?? []).length > 0);
    assert.deepEqual(await pods.podsOf(), []);
    assert.equal(last.pod, undefined);
  });

  it("makes no pod when nothing has to be computed", async () => {
    const { last, said } = await pods.follow(await pods.start("unfreeze.epochs=60", "unfreeze.patience=60"));
    assert.equal(last.status, "completed");
    const computed = last.stages.filter(({ state }) => state !== "cached").map(({ name }) => name);
    assert.deepEqual(computed, ["register"]);
    assert.deepEqual(said, []);
  });
});

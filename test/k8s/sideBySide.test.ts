/** Stages of a run side by side, each in a pod of its own, in a real cluster. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { getRun, type RunView } from "../../client/runs/watch.js";
import { slowDown } from "../support/services/faults.js";
import { until } from "../support/until.js";
import { type PodStack, startPodStack } from "./podStack.js";
import { engineInPod } from "./podWorker.js";

/** Enough work for two pods that are slowed down to be found at it. */
const WORK = ["evaluation.folds=3", "unfreeze.epochs=20", "unfreeze.patience=20", "seed=7"];

describe("a run with parallel: 2", () => {
  let pods: PodStack;
  before(async () => {
    pods = await startPodStack();
    await pods.cluster.setGpus(2);
  });
  after(() => pods?.close());

  const podOfLane = ({ pod, otherPods = [] }: RunView, lane: number): string | undefined =>
    [...(pod === undefined ? [] : [pod]), ...otherPods].find(
      (one) => (one.lane ?? 1) === lane && one.phase === "running",
    )?.pod;
  const atWork = ({ stages }: RunView): readonly string[] =>
    stages.flatMap(({ name, state, progress }) =>
      state === "running" && progress !== undefined ? [name] : [],
    );

  it("trains in two pods at once, goes on when one is deleted, and makes what one pod would have made", async () => {
    const runId = await pods.start("parallel=2", ...WORK);
    let view = await getRun(pods.stack.session, runId);
    const untilSeen = (what: string, holds: (now: RunView) => boolean): Promise<void> =>
      until(
        what,
        async () => {
          view = await getRun(pods.stack.session, runId);
          return view.status !== "running" || holds(view);
        },
        () => view,
      );
    const slowed: (() => void)[] = [];
    try {
      for (const lane of [1, 2]) {
        await untilSeen(`lane ${lane} has a pod`, (now) => podOfLane(now, lane) !== undefined);
        slowed.push(slowDown(await engineInPod(pods.cluster, podOfLane(view, lane) ?? "")));
      }
      await untilSeen("two stages are at work", (now) => atWork(now).length === 2);
      const [first, second] = [podOfLane(view, 1), podOfLane(view, 2)];
      assert.ok(first !== undefined && second !== undefined && first !== second, JSON.stringify(view));
      assert.deepEqual(await pods.podsOf(runId), [
        `job.batch/thaw-${runId}`,
        `job.batch/thaw-${runId}-lane2`,
        ...[first, second].map((name) => `pod/${name}`),
      ]);
      await pods.cluster.kubectl("delete", "pod", second, "--wait=false");
    } finally {
      for (const goOn of slowed) goOn();
    }
    const { last } = await pods.follow(runId);
    assert.equal(last.status, "completed", JSON.stringify(last.failure));
    assert.deepEqual(await pods.podsOf(runId), []);

    const again = await pods.follow(await pods.start(...WORK));
    assert.equal(again.last.status, "completed", JSON.stringify(again.last.failure));
    assert.deepEqual(again.said, []);
    const keysOf = ({ stages }: RunView): readonly unknown[] =>
      stages.map(({ name, artifact }) => [name, artifact?.key]);
    assert.deepEqual(keysOf(again.last), keysOf(last));
    assert.deepEqual(
      again.last.stages.flatMap(({ name, state }) => (state === "cached" ? [] : [name])),
      [],
    );
  });
});

/** Stages of a run, and shards of one, side by side, each in a pod of its own, in a real cluster. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { ExplainJson } from "../../cli/json/explain.js";
import { getRun, type RunView } from "../../client/runs/watch.js";
import { fetchEvents } from "../../client/temporal/eventHistory.js";
import { STARTED } from "../../client/temporal/pollers.js";
import { IMAGE_SHARD_KIND } from "../../spec/pipeline/shards.js";
import { podQueue } from "../../spec/pods/pod.js";
import { type ArtifactManifest, requireManifest } from "../../store/artifacts/artifacts.js";
import { thawJson } from "../support/cli/thaw.js";
import { slowDown, waitForStage } from "../support/services/faults.js";
import { manifestsOf } from "../support/store/manifests.js";
import { until } from "../support/until.js";
import { type PodStack, startPodStack } from "./podStack.js";
import { engineInPod, killWorker } from "./podWorker.js";

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

  /** A view of the run, once it holds, or of a run that is over. */
  const untilSeen = async (runId: string, what: string, holds: (now: RunView) => boolean) => {
    let view: RunView | undefined;
    const isSo = async (): Promise<boolean> => {
      view = await getRun(pods.stack.session, runId);
      return view.status !== "running" || holds(view);
    };
    await until(what, isSo, () => view);
    return view as RunView;
  };
  const untilRuns = async (runId: string, lane: number): Promise<string> => {
    const view = await untilSeen(
      runId,
      `lane ${lane} has a pod`,
      (now) => podOfLane(now, lane) !== undefined,
    );
    return podOfLane(view, lane) ?? assert.fail(JSON.stringify(view));
  };
  /** Its images, once they are there; nothing else of the run is wanted. */
  const ingestOf = async (runId: string): Promise<ArtifactManifest> => {
    const isOver = ({ state }: { readonly state: string }): boolean => state === "done" || state === "cached";
    const { artifact } = await waitForStage(pods.stack, runId, "ingest", isOver);
    await pods.stack.session.temporal.workflow.getHandle(runId).cancel();
    await pods.follow(runId);
    assert.deepEqual(await pods.podsOf(runId), []);
    return requireManifest(pods.stack.session.store, artifact ?? assert.fail("no dataset"));
  };
  const bytesOf = ({ files, summary }: ArtifactManifest): unknown => [
    files.map(({ name, digest }) => [name, digest]),
    summary,
  ];
  const shardsThere = async () => (await manifestsOf(pods.stack.session.store, IMAGE_SHARD_KIND)).size;
  /** Whether a pod's worker has begun what it was asked for. */
  const hasBegun = async (queue: string, runId: string): Promise<boolean> => {
    const { raw } = await pods.stack.session.temporal.workflow.getHandle(runId).describe();
    return (raw.pendingActivities ?? []).some(
      ({ state, activityOptions }) => state === STARTED && activityOptions?.taskQueue?.name === queue,
    );
  };

  it("trains in two pods at once, goes on when one is deleted, and makes what one pod would have made", async () => {
    const runId = await pods.start("parallel=2", ...WORK);
    const slowed: (() => void)[] = [];
    try {
      for (const lane of [1, 2]) {
        const pod = await untilRuns(runId, lane);
        slowed.push(slowDown(await engineInPod(pods.cluster, pod)));
      }
      const view = await untilSeen(runId, "two stages are at work", (now) => atWork(now).length === 2);
      const [first, second] = [podOfLane(view, 1), podOfLane(view, 2)];
      assert.ok(first !== undefined && second !== undefined && first !== second, JSON.stringify(view));
      assert.deepEqual(await pods.podsOf(runId), [
        `job.batch/thaw-${runId}`,
        `job.batch/thaw-${runId}-lane2`,
        // Of two pods the first by name may be either: their names end at random.
        ...[first, second].toSorted().map((name) => `pod/${name}`),
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

  it("ingests in shards by the one pod that a cluster has room for; which other it waits for is told", async () => {
    const whole = await ingestOf(await pods.start(...WORK));
    assert.equal(await shardsThere(), 0);
    await pods.cluster.setGpus(1);
    const runId = await pods.startFrom("ingest", "parallel=2", "shards.images=20", ...WORK);
    const goOn = slowDown(await engineInPod(pods.cluster, await untilRuns(runId, 1)));
    try {
      const view = await untilSeen(runId, "a pod for the second shard is waited for", ({ otherPods = [] }) =>
        otherPods.some(({ lane, reason }) => lane === 2 && reason === "unschedulable"),
      );
      assert.equal(view.stages.find(({ name }) => name === "ingest")?.progress?.phase, "shards");
      const { condition, sentences } = await thawJson<ExplainJson>(pods.stack.folder, "explain", runId);
      assert.equal(condition, "working", sentences.join("\n"));
      assert.match(sentences[0] ?? "", /^2 shards of ingest are given out, 1 of them waits for a worker/);
      assert.match(sentences.join(" "), /The run's pod 2|Pod thaw-\S+-lane2-\S+/);
      assert.match(sentences.join(" "), /0\/1 nodes are available: 1 Insufficient nvidia\.com\/gpu/);
    } finally {
      goOn();
    }
    const dataset = await ingestOf(runId);
    assert.deepEqual(bytesOf(dataset), bytesOf(whole));
    assert.notEqual(dataset.key, whole.key);
    assert.ok((await shardsThere()) > 2);
    await pods.cluster.setGpus(2);
  });

  it("ingests in shards in two pods, one of which is killed at one, and makes what one pod makes in one go", async () => {
    const whole = await ingestOf(await pods.start(...WORK));
    const before = await shardsThere();
    const runId = await pods.startFrom("ingest", "parallel=2", "shards.images=12", ...WORK);
    const slowed: (() => void)[] = [];
    try {
      for (const lane of [1, 2])
        slowed.push(slowDown(await engineInPod(pods.cluster, await untilRuns(runId, lane))));
      const second = await untilRuns(runId, 2);
      await until("the second pod is at a shard", () => hasBegun(podQueue(runId, undefined, 2), runId));
      await killWorker(pods.cluster, second);
      await until("another pod is in its place", async () => {
        const names = await pods.podsOf(runId);
        return names.some((name) => name.includes("-lane2-") && name !== `pod/${second}`);
      });
    } finally {
      for (const goOn of slowed) goOn();
    }
    const dataset = await ingestOf(runId);
    assert.deepEqual(bytesOf(dataset), bytesOf(whole));
    assert.notEqual(dataset.key, whole.key);
    assert.ok((await shardsThere()) > before + 2);
    const events = (await fetchEvents(pods.stack.session, runId)).events ?? [];
    const ids = events.flatMap(({ eventId, activityTaskScheduledEventAttributes: scheduled }) =>
      /^ingest-shard-/.test(scheduled?.activityId ?? "") ? [String(eventId)] : [],
    );
    const again = events.filter(
      ({ activityTaskStartedEventAttributes: begun }) =>
        begun && ids.includes(String(begun.scheduledEventId)) && Number(begun.attempt) > 1,
    );
    assert.equal(again.length, 1);
  });
});

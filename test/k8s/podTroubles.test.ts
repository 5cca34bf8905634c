/** What is said, and what becomes of a run, when the cluster says no. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { ExplainJson } from "../../cli/json/explain.js";
import { cancelRun } from "../../client/runs/cancel.js";
import { getRun } from "../../client/runs/watch.js";
import { thawJson } from "../support/cli/thaw.js";
import { until } from "../support/until.js";
import { GUARDED, NO_IMAGE, type PodStack, startPodStack } from "./podStack.js";

describe("a run whose pod has trouble", () => {
  let pods: PodStack;
  before(async () => {
    pods = await startPodStack();
  });
  after(() => pods?.close());

  async function cancelled(runId: string): Promise<void> {
    await cancelRun(pods.stack.session, runId);
    assert.equal((await pods.follow(runId)).last.status, "cancelled");
    assert.deepEqual(await pods.podsOf(runId), []);
  }

  it("says what the scheduler says while no node has room, and goes when there is some", async () => {
    const runId = await pods.start("seed=3", "kubernetes.resources.gpu=2");
    await pods.untilReason(runId, "unschedulable");
    const { condition, sentences } = await thawJson<ExplainJson>(pods.stack.folder, "explain", runId);
    assert.equal(condition, "waiting-for-pod");
    assert.match(sentences.join(" "), /0\/1 nodes are available: 1 Insufficient nvidia\.com\/gpu/);
    await pods.cluster.setGpus(2);
    await pods.untilReason(runId, "running");
    await cancelled(runId);
    await pods.cluster.setGpus(1);
  });

  const FAILURES = [
    {
      what: "an image that is not there",
      set: [`kubernetes.image=${NO_IMAGE}`, "kubernetes.timeouts.start=5s"],
      said: /\(image-pull\): the image thaw\.test\/nothing:none cannot be had/,
      code: "POD_NOT_STARTED",
      message: /kubernetes\.timeouts\.start\): the image thaw\.test\/nothing:none/,
    },
    {
      what: "no node in time",
      set: ["kubernetes.node_selector={zone: nowhere}", "kubernetes.timeouts.queue=5s"],
      said: /\(unschedulable\): 0\/1 nodes are available/,
      code: "POD_NOT_STARTED",
      message: /kubernetes\.timeouts\.queue\): 0\/1 nodes are available/,
    },
    {
      what: "settings that the worker refuses, in its own words",
      set: ["kubernetes.secrets=[]"],
      said: /AWS_ACCESS_KEY_ID/,
      code: "POD_FAILED",
      message: /exit code 2: .*AWS_ACCESS_KEY_ID/,
    },
    {
      what: "a policy of the namespace",
      set: [`kubernetes.namespace=${GUARDED}`],
      // It is said in the moment in which the run fails.
      said: undefined,
      code: "POD_REJECTED",
      message: /violates PodSecurity "restricted/,
    },
    {
      what: "a field of the pod template that is none",
      set: ["kubernetes.pod_template={spec: {hostnetwork: true}}"],
      said: undefined,
      code: "RUN_FILE_INVALID",
      message: /kubernetes\.pod_template\.spec\.hostnetwork/,
    },
    {
      what: "a value that the API server refuses",
      set: ["kubernetes.pod_template={spec: {dnsPolicy: Sometimes}}"],
      said: undefined,
      code: "POD_REJECTED",
      message: /dnsPolicy.*Sometimes/,
    },
    {
      what: "what the installation does not allow, before the cluster is asked",
      set: ["kubernetes.pod_template={spec: {hostPID: true, serviceAccountName: thaw-control}}"],
      said: undefined,
      code: "POD_FORBIDDEN",
      message:
        /kubernetes\.pod_template\.spec\.hostPID: .*kubernetes\.pod_template\.spec\.serviceAccountName: /,
    },
    {
      what: "a namespace that the installation does not name",
      set: ["kubernetes.namespace=kube-system"],
      said: undefined,
      code: "POD_FORBIDDEN",
      message: /^kubernetes\.namespace: this installation allows no namespace kube-system/,
    },
    {
      what: "its deadline",
      set: ["kubernetes.timeouts.run=3s"],
      said: undefined,
      code: "POD_FAILED",
      message: /its 3 s are over/,
    },
  ] as const;
  for (const { what, set, said, code, message } of FAILURES) {
    it(`fails over ${what}`, async () => {
      if (set.some((setting) => setting.endsWith(`namespace=${GUARDED}`))) {
        await pods.cluster.kubectl("create", "namespace", GUARDED);
        await pods.cluster.kubectl(
          "label",
          "namespace",
          GUARDED,
          "pod-security.kubernetes.io/enforce=restricted",
        );
      }
      const runId = await pods.start("seed=4", ...set);
      const followed = await pods.follow(runId);
      assert.equal(followed.last.status, "failed");
      const { failure } = followed.last;
      assert.equal(failure?.code, code, JSON.stringify(failure));
      assert.match(failure.message, message);
      if (said !== undefined) assert.match(followed.said.join("\n"), said);
      assert.deepEqual(await pods.podsOf(runId), []);
    });
  }

  it("makes the Job again when somebody deletes it", async () => {
    const runId = await pods.start("seed=6");
    const first = await pods.untilReason(runId, "running");
    await pods.cluster.kubectl("delete", "job", `--selector=thaw.dev/run=${runId}`, "--wait=false");
    await pods.untilNotPod(runId, first);
    await cancelled(runId);
  });

  it("waits while the API server is away", async () => {
    const runId = await pods.start("seed=7");
    await pods.untilReason(runId, "running");
    await pods.cluster.restartApiServer();
    await pods.untilReason(runId, "running");
    await cancelled(runId);
  });

  it("gives its pod back while it is paused", async () => {
    const runId = await pods.start("seed=8");
    await pods.untilReason(runId, "running");
    await thawJson(pods.stack.folder, "pause", runId);
    await until("the pod is gone", async () => (await pods.podsOf(runId)).length === 0);
    assert.equal((await getRun(pods.stack.session, runId)).pod, undefined);
    await thawJson(pods.stack.folder, "unpause", runId);
    await pods.untilReason(runId, "running");
    await cancelled(runId);
  });

  it("leaves no Job behind even when it is terminated", async () => {
    const runId = await pods.start("seed=9", "kubernetes.resources.gpu=7");
    await pods.untilReason(runId, "unschedulable");
    await pods.stack.session.temporal.workflow.getHandle(runId).terminate("a test");
    // The control worker looks once a minute.
    for (let tries = 0; tries < 90 && (await pods.podsOf(runId)).length > 0; tries++) await sleep(1000);
    assert.deepEqual(await pods.podsOf(), []);
  });
});
